"""The coachee's word on who is asked, and taking people and texts back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.actions import end_version
from portal.agreements.policy import ENDS, VERSION, is_waiting, state
from portal.agreements.queries import Standing, standing_of_one
from portal.engagements.actions import note
from portal.engagements.policy import PARTY, PARTY_KINDS, party_state
from portal.engagements.queries import parties_of
from portal.ledger.actions import step
from portal.links.actions import revoke_all
from portal.reaching.actions.links import end_links
from portal.reaching.policy import seen_outside

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


def accept(work: Work, engagement: Engagement, party: Party) -> None:
    """Record that the coachee says yes to asking this person (Z6); `invite_waiting` sends."""
    note(work, engagement, "party.accepted", party.id)


def refuse(work: Work, engagement: Engagement, party: Party) -> None:
    """Record that the coachee says no to this person: at once, without a reason, and final.

    Somebody who takes part is removed (K52), anybody else is not asked. Their agreement is
    dropped, an open text ends as declined, one in force as withdrawn, and they are never written
    to again (Z6, INV-7).
    """
    standing = standing_of_one(work, engagement.id)
    bound = party_now(work, standing, party) == "BOUND"
    note(work, engagement, "party.removed" if bound else "party.refused", party.id)
    _end_with(work, engagement, party, standing)


def leave(work: Work, engagement: Engagement, party: Party) -> bool:
    """Record that somebody steps out, and return whether they had not before: their texts end at
    once and what they promised to keep private stays so (2.6, INV-21)."""
    standing = standing_of_one(work, engagement.id)
    now = party_now(work, standing, party)
    if now in PARTY.terminal:
        return False
    event = next((e for e in PARTY_KINDS["party.left"] if PARTY.allows(now, e)), "leave")
    step(work, PARTY, now, event, subject_id=party.id)
    note(work, engagement, "party.left", party.id, by=party.person_id)
    _end_with(work, engagement, party, standing)
    return True


def party_now(work: Work, standing: Standing, party: Party) -> str:
    """Return the state of a party now."""
    return party_state(party.id, standing.events, standing.bound_since(party.id, work.now),
                       work.now)


def _end_with(
    work: Work, engagement: Engagement, party: Party, standing: Standing
) -> None:
    """End everything that somebody signs as the third person, and the way in."""
    for facts in _drop_agreements(work, engagement, party, standing):
        if (end := ENDS.get(state(facts, work.now))) is not None:
            end_version(work, engagement, facts, *end, by=_acting(work, party))
    end_links(work, engagement, party)


def _acting(work: Work, party: Party) -> str:
    return work.actor.person_id if work.actor is not None else party.person_id


def drop(work: Work, engagement: Engagement, party: Party) -> None:
    """Take a person out again who is bound by nothing yet; what waits for them is recalled.

    Raises `Refused` for somebody whose agreement is in force: that ends by leaving.
    """
    standing = standing_of_one(work, engagement.id)
    now = party_now(work, standing, party)
    kind = "party.invitation_dead" if now == "INVITED" else "party.dropped"
    step(work, PARTY, now, PARTY_KINDS[kind][0], subject_id=party.id)
    for facts in _drop_agreements(work, engagement, party, standing):
        if seen_outside(facts, work.now) in ("open", "held"):
            _take_back(work, engagement, facts)
    note(work, engagement, kind, party.id)
    end_links(work, engagement, party)


def _drop_agreements(
    work: Work, engagement: Engagement, party: Party, standing: Standing
) -> list[VersionFacts]:
    """Record that a party's agreements are pursued no further; returns all their versions: one
    may be in force while a newer one waits."""
    own = {a.id for a in standing.of_party(party.id) if a.id not in standing.dropped}
    for agreement in standing.of_party(party.id):
        if agreement.id in own:
            note(work, engagement, "agreement.dropped", agreement.id, by=_acting(work, party))
    return [facts for facts in standing.versions if facts.agreement_id in own]


def recall(work: Work, engagement: Engagement, version_id: str) -> None:
    """Take an unfinished text back: signatures on it stay as evidence without effect, and the
    links of those for whom nothing else waits end.

    A text that was declined meanwhile is recalled in the same words, for the coach must not
    learn of the decline that way (Z4).
    """
    standing = standing_of_one(work, engagement.id)
    facts = standing.version(version_id)
    _take_back(work, engagement, facts)
    signers = {slot.party_id for slot in facts.slots if slot.role != "COACH"}
    for party in parties_of(work, [engagement.id])[engagement.id]:
        others = [v for v in standing.waiting(party, work.now) if v.version_id != version_id]
        if party.id in signers and not others:
            # Whoever is reading stays in, and is shown the new text when it comes (409).
            revoke_all(work, engagement.practice_id, engagement.id, party.person_id)


def _take_back(work: Work, engagement: Engagement, facts: VersionFacts) -> None:
    now = state(facts, work.now)
    # After its day a declined text can be taken back no more than one that nobody answered (Z4).
    if now != "DECLINED" or not is_waiting(facts, work.now):
        late = now == "SCHEDULED"
        step(work, VERSION, now,
             "recall_or_pairing_deadline" if late else "recall_or_sign_by_passed",
             subject_id=facts.version_id)
    note(work, engagement, "version.recalled", facts.version_id)
