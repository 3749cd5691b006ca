"""Sending links, and taking them back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.policy import OPEN_STATES, VERSION, VersionFacts, state
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import change_contact, note, tell
from portal.engagements.queries import by_id, parties_of, party_of_person
from portal.ground import chance
from portal.ledger.actions import step
from portal.ledger.queries import events_of
from portal.links.actions import issue as issue_link
from portal.links.actions import record_delivery, revoke_all
from portal.links.queries import of_person
from portal.notices.policy import Outcome
from portal.people.actions import add_address, shut_out
from portal.people.policy import Owner, ReadBy, why_not_address
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing, require
from portal.reaching import policy
from portal.reaching.models import DoorRequest
from portal.reaching.policy import RemindNo
from portal.web.words import long_date

if TYPE_CHECKING:
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.notices.actions import Claimed


def invite(
    work: Work, engagement: Engagement, party: Party, mail: str, *, until: datetime,
    minutes: int = 0,
) -> None:
    """Send a party a new link that lives until an instant; the old one ends at once (Z9)."""
    if party.contact_point_id is None:
        raise Missing("address")
    invitation, token = issue_link(
        work, practice_id=engagement.practice_id, engagement_id=engagement.id,
        person_id=party.person_id, contact_point_id=party.contact_point_id,
        purpose="return" if mail == "return" else "sitting", lasts=until - work.now)
    base = work.ground.settings.base_url.rstrip("/")
    tell(work, engagement, party, mail, dedupe=f"{mail}:{invitation.id}",
         subject_id=invitation.id, link=f"{base}/i/{token}",
         until=long_date(until - timedelta(seconds=1)), minutes=str(minutes))


def waiting_version(work: Work, engagement: Engagement, party: Party) -> VersionFacts | None:
    """Return the version that waits for a party's signature, or None."""
    for facts in standing_of_one(work, engagement.id).versions:
        slots = {s.slot_id for s in facts.slots if s.party_id == party.id}
        signed = {s.slot_id for s in facts.signed}
        if slots - signed and state(facts, work.now) in OPEN_STATES:
            return facts
    return None


def remind(work: Work, engagement: Engagement, party: Party) -> RemindNo | None:
    """Send what waits again, at most once in twenty hours; a return says why nothing went out.

    The coach is told the same words either way: what a party answered stays theirs (Z4).
    """
    facts = waiting_version(work, engagement, party)
    links = of_person(work, engagement.practice_id, engagement.id, party.person_id)
    acts = [event.at for event in events_of(work, [engagement.id])[engagement.id]
            if event.subject_id == party.id and event.kind in policy.COACH_ACTS]
    last = policy.last_of([*acts, *(link.issued_at for link in links)])
    stop = policy.why_not_remind(facts is not None, last, work.now)
    if stop is RemindNo.TOO_SOON:
        return stop
    note(work, engagement, "party.reminded", party.id)
    if facts is not None:
        invite(work, engagement, party, "reminder", until=facts.sign_by)
    return stop


def reissue(work: Work, engagement: Engagement, party: Party) -> None:
    """Send a new link at once; the old one ends. Nothing goes out where nothing waits, and the
    record tells the coach the same either way (Z4)."""
    note(work, engagement, "party.link_renewed", party.id)
    facts = waiting_version(work, engagement, party)
    if facts is not None:
        invite(work, engagement, party, "invitation", until=facts.sign_by)


def revoke(work: Work, engagement: Engagement, party: Party) -> int:
    """End every link of a party and every session it began, at once; returns how many links
    were alive."""
    note(work, engagement, "party.link_revoked", party.id)
    return _end_links(work, engagement, party)


def _end_links(work: Work, engagement: Engagement, party: Party) -> int:
    shut_out(work, party.person_id, engagement.id)
    return revoke_all(work, engagement.practice_id, engagement.id, party.person_id)


def correct_address(
    work: Work, engagement: Engagement, party: Party, email: str, owner: Owner, read_by: ReadBy
) -> None:
    """Write to a party at another address from now on, and send what waits there.

    Raises `Refused` for an address that is not the person's own where it has to be (Z7).
    """
    require(why_not_address(party.role, owner, read_by))
    person = person_or_missing(work, engagement.practice_id, party.person_id)
    point = add_address(work, person, email, owner, read_by)
    work.session.flush()
    _end_links(work, engagement, party)
    change_contact(work, party, point)
    note(work, engagement, "party.address_changed", party.id, {"contact_point": point.id})
    reissue(work, engagement, party)


def recall(work: Work, engagement: Engagement, version_id: str) -> None:
    """Take an unfinished text back: its links end, signatures stay as evidence without effect.

    A text that was declined meanwhile is recalled in the same words, for the coach must not
    learn of the decline that way (Z4).
    """
    facts = standing_of_one(work, engagement.id).version(version_id)
    now = state(facts, work.now)
    if now != "DECLINED":
        late = now == "SCHEDULED"
        step(work, VERSION, now,
             "recall_or_pairing_deadline" if late else "recall_or_sign_by_passed",
             subject_id=version_id)
    note(work, engagement, "version.recalled", version_id)
    for slot in facts.slots:
        party = party_by_id(work, engagement, slot.party_id)
        if party.role != "COACH":
            # Whoever is reading stays in, and is shown the new text when it comes (409).
            revoke_all(work, engagement.practice_id, engagement.id, party.person_id)


def party_by_id(work: Work, engagement: Engagement, party_id: str) -> Party:
    """Return a party of this engagement, or raise `Missing`."""
    for party in parties_of(work, [engagement.id])[engagement.id]:
        if party.id == party_id:
            return party
    raise Missing("party")


def ask_at_door(work: Work, address: str) -> None:
    """Write down that somebody asked for their link; known or not, this costs the same."""
    request = DoorRequest(id=chance.new_id(), asked_at=work.now)
    request.address_enc = work.ground.vault.lock_outside(
        address.encode(), f"door_request/{request.id}/address")
    work.session.add(request)


def send_return(work: Work, engagement_id: str, person_id: str) -> None:
    """Send a person the link back into an engagement: what waits, or the way to their papers."""
    engagement = by_id(work, engagement_id)
    party = party_of_person(work, engagement.id, person_id)
    links = of_person(work, engagement.practice_id, engagement.id, party.person_id)
    last = policy.last_of([link.issued_at for link in links])
    if not links or (last is not None and work.now - last < policy.DOOR_EVERY):
        return
    facts = waiting_version(work, engagement, party)
    until = facts.sign_by if facts is not None else work.now + policy.RETURN_LASTS
    invite(work, engagement, party, "invitation" if facts else "return", until=until)


def told(work: Work, mail: Claimed, outcome: Outcome) -> None:
    """Record what became of a mail; a link that bounced is shown to the coach."""
    if mail.engagement_id is not None and outcome in (Outcome.DONE, Outcome.BOUNCED):
        record_delivery(work, mail, outcome)
