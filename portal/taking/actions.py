"""Taking back, stepping out, disputing a signature: each at once, and twice is once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portal.agreements.actions import end_version
from portal.agreements.policy import ENDS, SIGNATURE, state
from portal.engagements.actions import note, tell, tell_coach
from portal.engagements.queries import parties_of
from portal.ground import chance
from portal.ledger.actions import step
from portal.people.queries import names_of
from portal.plain.errors import Missing, Refused
from portal.reaching import actions as reaching
from portal.taking.models import SeenByMistake
from portal.taking.policy import Found, TakeNo, Told, gives

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.taking.queries import Text


def take_line(
    work: Work, engagement: Engagement, party: Party, text: Text, number: int,
    told: Told = Told.PORTAL, *, categories: Sequence[str] | None = None,
) -> bool:
    """Take back a permit line, or some kinds of information of it, and return whether that is new.

    It counts from this transaction on (INV-7). What gives nothing, or was taken back before, is
    not written down again. Raises `Refused` with `TakeNo` for a line that permits nothing, or for
    kinds of information that are not in it.
    """
    line = next((one for one in text.lines if one.number == number), None)
    if line is None:
        raise Refused(TakeNo.NO_SUCH_LINE)
    known = {code for code, _name in line.left}
    wanted = sorted(known if categories is None else known.intersection(categories))
    if categories is not None and not wanted and line.left:
        raise Refused(TakeNo.NOT_OF_THIS_LINE)
    if not (line.yes and wanted and gives(text.facts, party.id, work.now)):
        return False
    note(work, engagement, "line.withdrawn", text.id,
         {"line": number, "categories": wanted if categories is not None else None,
          "by": party.id, "told": told.value}, by=_actor(work, party))
    _tell(work, engagement, party, told)
    return True


def take_whole(
    work: Work, engagement: Engagement, party: Party, versions: Sequence[VersionFacts],
    told: Told = Told.PORTAL,
) -> int:
    """Take back whole versions that a party signed, and return how many gave something until now.

    One that is not concluded ends as if the party had declined it, and the others hear of that
    what they hear of silence (Z4).
    """
    giving = [facts for facts in versions if gives(facts, party.id, work.now)]
    said, by = {"by": party.id, "told": told.value}, _actor(work, party)
    for facts in giving:
        end = ENDS.get(state(facts, work.now))
        if end is None:
            # Somebody else declined it, and nobody has been told.
            note(work, engagement, "version.declined", facts.version_id, {**said}, by=by)
        else:
            end_version(work, engagement, facts, *end, said=said, by=by)
    if any(facts.complete_at() is not None for facts in giving) or (giving and told is Told.PHONE):
        _tell(work, engagement, party, told)
    return len(giving)


def _actor(work: Work, party: Party) -> str:
    """Return who acts: whoever is signed in, or the person whose link it is."""
    return work.actor.person_id if work.actor is not None else party.person_id


def _tell(work: Work, engagement: Engagement, party: Party, told: Told) -> None:
    """Tell the coach that something was taken back, or the coachee that the coach wrote it down;
    nobody else is told anything (Z3, Z13)."""
    once = chance.new_id()
    if told is Told.PHONE:
        tell(work, engagement, party, "taken_by_phone", dedupe=f"taken_by_phone:{once}")
    else:
        tell_coach(work, engagement, "taken_back", who=_name(work, party),
                   dedupe=f"taken_back:{once}")


def confirm(work: Work, engagement: Engagement, party: Party) -> None:
    """Tell somebody by mail that something was done in their name by the link alone."""
    tell(work, engagement, party, "done_by_link", dedupe=f"done_by_link:{chance.new_id()}")


def _name(work: Work, party: Party) -> str:
    return names_of(work, [party.person_id])[party.person_id]


def step_out(work: Work, engagement: Engagement, party: Party) -> bool:
    """Let somebody but coach and coachee step out for good, and return whether that is new: their
    lines end, their duties go on, and their link leads nowhere (2.6)."""
    if party.role in ("COACH", "COACHEE"):
        raise Missing("party")
    if not reaching.leave(work, engagement, party):
        return False
    tell_coach(work, engagement, "stepped_out", who=_name(work, party),
               dedupe=f"stepped_out:{party.id}")
    return True


def dispute(
    work: Work, engagement: Engagement, party: Party, versions: Sequence[VersionFacts]
) -> int:
    """Record that a party did not make their signatures on these versions: what depends on them
    sleeps at once (Z14). Returns how many were not in doubt before."""
    found = [(facts, signed) for facts in versions
             if (signed := facts.signature_of(party.id)) is not None
             and signed.state(work.now) == "VALID"]
    for facts, signed in found:
        step(work, SIGNATURE, "VALID", "dispute", subject_id=signed.signature_id)
        note(work, engagement, "signature.disputed", signed.signature_id,
             {"party": party.id, "version": facts.version_id}, by=_actor(work, party))
    if found:
        tell_coach(work, engagement, "disputed", who=_name(work, party),
                   dedupe=f"disputed:{chance.new_id()}")
    return len(found)


def settle(
    work: Work, engagement: Engagement, standing: Standing, signature_id: str, found: Found
) -> None:
    """Record what came out about a disputed signature. One that is not genuine takes the force
    from its version from now on, never from the past."""
    for facts in standing.versions:
        for signed in facts.signed:
            if signed.signature_id == signature_id:
                _settle(work, engagement, facts, signature_id, signed.state(work.now), found)
                return
    raise Missing("signature")


def _settle(
    work: Work, engagement: Engagement, facts: VersionFacts, signature_id: str, now: str,
    found: Found,
) -> None:
    upheld = found is Found.UPHELD
    step(work, SIGNATURE, now, "upheld" if upheld else "found_not_genuine",
         subject_id=signature_id)
    slot_id = next(s.slot_id for s in facts.signed if s.signature_id == signature_id)
    party_id = next(slot.party_id for slot in facts.slots if slot.slot_id == slot_id)
    note(work, engagement, "signature.upheld" if upheld else "signature.repudiated", signature_id,
         {"party": party_id, "version": facts.version_id})
    party = next(p for p in parties_of(work, [engagement.id])[engagement.id] if p.id == party_id)
    tell(work, engagement, party, "dispute_settled", dedupe=f"dispute_settled:{chance.new_id()}")


def tell_mistake(work: Work, engagement: Engagement, party: Party, words: str) -> None:
    """Keep that somebody saw something by mistake, with a note for the coach alone (K43)."""
    row = SeenByMistake(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        party_id=party.id, key_id=engagement.key_id, told_at=work.now)
    work.hide(row, "note", words)
    work.session.add(row)
    note(work, engagement, "party.saw_by_mistake", party.id)
    tell_coach(work, engagement, "seen_by_mistake", who=_name(work, party),
               dedupe=f"seen_by_mistake:{row.id}")
