"""The front door, and what became of a mail."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import by_id, party_of_person
from portal.ground import chance
from portal.links.actions import record_delivery
from portal.links.queries import is_living, of_person
from portal.notices.policy import Outcome
from portal.people.actions import PRINT
from portal.people.policy import normal_address
from portal.reaching import policy
from portal.reaching.actions.links import invite, last_day
from portal.reaching.models import DoorRequest
from portal.reaching.queries import to_be_sent
from portal.throttles.actions import take
from portal.throttles.policy import Try

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.notices.actions import Claimed
    from portal.throttles.policy import Limit

#: What is wanted where it is no link.
PASSWORD = "password"  # noqa: S105 - a word for what was asked


def ask_at_door(work: Work, address: str) -> datetime | None:
    """Write down that somebody asked for their link; known or not, this costs the same. Where too
    much was asked for an address or from a network, return when it can be asked again instead."""
    return _ask(work, address, policy.ASKED, policy.ASKING)


def ask_for_password(work: Work, address: str) -> datetime | None:
    """Write down that somebody asked for another password; all else as for a link."""
    return _ask(work, address, policy.FORGOT, policy.FORGETTING, PASSWORD)


def _ask(
    work: Work, address: str, for_one: Limit, for_all: Limit, wants: str | None = None
) -> datetime | None:
    printed = work.vault.fingerprint(normal_address(address), PRINT)
    until = take(work, Try(for_one, printed), Try(for_all, work.origin.network or ""))
    if until is not None:
        return until
    request = DoorRequest(id=chance.new_id(), asked_at=work.now, wants=wants)
    request.address_enc = work.vault.lock_outside(
        address.encode(), f"door_request/{request.id}/address")
    work.session.add(request)
    return None


def send_return(work: Work, engagement_id: str, person_id: str) -> None:
    """Send a person the link back into an engagement: what waits, or the way to their papers.

    Only to whom a link was sent before, and not to somebody whom the coachee refused. Nothing
    leads back into what was erased.
    """
    engagement = by_id(work, engagement_id)
    if work.vault.is_gone(engagement.key_id):
        return
    party = party_of_person(work, engagement.id, person_id)
    standing = standing_of_one(work, engagement.id)
    links = of_person(work, engagement.practice_id, engagement.id, party.person_id)
    last = policy.last_of([link.issued_at for link in links])
    if last is None or (work.now - last < policy.DOOR_EVERY and is_living(work, links[-1])):
        # One link an hour, however often somebody asks; but a dead one is worth no waiting.
        return
    if not may_be_asked(ask_facts(party.id, party.role, standing.events)):
        return
    if take(work, Try(policy.SENT, party.person_id)) is not None and is_living(work, links[-1]):
        # Enough mails that strangers may have caused; the newest link of them still works.
        return
    waits = to_be_sent(standing, party, work.now)
    until = last_day(waits) if waits else work.now + policy.RETURN_LASTS
    invite(work, engagement, party, "invitation" if waits else "return", until=until,
           texts=len(waits))


def told(work: Work, mail: Claimed, outcome: Outcome) -> None:
    """Record what became of a mail; a link that bounced is shown to the coach."""
    if mail.engagement_id is not None and outcome in (Outcome.DONE, Outcome.BOUNCED):
        record_delivery(work, mail, outcome)
