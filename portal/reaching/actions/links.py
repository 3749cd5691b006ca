"""Sending links, and taking them back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.policy import VersionFacts, minutes_to_read
from portal.agreements.queries import standing_of_one, version_rows
from portal.engagements.actions import Letterhead, change_contact, letterhead, note, tell
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import parties_of
from portal.links.actions import Known, revoke_all
from portal.links.actions import issue as issue_link
from portal.links.queries import of_engagements
from portal.notices.actions import Renewed, redirect_news
from portal.people.actions import add_address, shut_out
from portal.people.policy import Owner, ReadBy, why_not_address
from portal.people.queries import (
    is_proven,
    person_or_missing,
    points_and_people,
    practice_or_missing,
)
from portal.plain.errors import Missing, require
from portal.reaching import policy
from portal.reaching.queries import to_be_sent
from portal.web.words import long_date, speak

if TYPE_CHECKING:
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class _Post:
    """Hold what is read once for all links that go out together."""

    head: Letterhead
    known: Known


def invite(
    work: Work, engagement: Engagement, party: Party, mail: str, *, until: datetime,
    minutes: int = 0, texts: int = 1, post: _Post | None = None, dedupe: str = "",
    **values: str,
) -> None:
    """Send a party a new link that lives until an instant; the old one ends at once (Z9).

    The mail says how many texts wait and how long they take to read, and nothing of what.
    """
    invitation_id, link = make_link(work, engagement, party, mail, until,
                                    post.known if post else None)
    tell(work, engagement, party, mail, dedupe=dedupe or f"{mail}:{invitation_id}",
         subject_id=invitation_id, head=post.head if post else None, minutes=str(minutes),
         **{**told_of(link, until, texts), **values})


def make_link(
    work: Work, engagement: Engagement, party: Party, mail: str, until: datetime,
    known: Known | None = None,
) -> tuple[str, str]:
    """Make a party's new link for a mail, which ends the old one; returns its id and address."""
    if party.contact_point_id is None:
        raise Missing("address")
    invitation, token = issue_link(
        work, practice_id=engagement.practice_id, engagement_id=engagement.id,
        person_id=party.person_id, contact_point_id=party.contact_point_id,
        purpose=mail if mail in policy.LEAD_BACK else "sitting", lasts=until - work.now,
        known=known)
    return invitation.id, f"{work.ground.settings.base_url.rstrip('/')}/i/{token}"


def renewed(
    work: Work, engagement: Engagement, party: Party, mail: str, *, until: datetime, texts: int,
    shared: Renewed | None, **values: str,
) -> Renewed:
    """Return what a mail says that goes out now, with its link in the practice's words: a new one,
    or the one that the same letter has already, for a new one would end that (Z9)."""
    practice = practice_or_missing(work, engagement.practice_id)
    speak(practice.locale, practice.timezone)
    if shared is not None and shared.values.get("link"):
        return Renewed({**shared.values, "texts": str(texts), **values}, shared.subject_id)
    invitation_id, link = make_link(work, engagement, party, mail, until)
    return Renewed({**told_of(link, until, texts), **values}, invitation_id)


def told_of(link: str, until: datetime, texts: int) -> dict[str, str]:
    """Return what a mail with a link says of it."""
    return {"link": link, "until": long_date(until - timedelta(seconds=1)), "texts": str(texts)}


def invite_waiting(work: Work, engagement: Engagement) -> list[Party]:
    """Send a link to everybody who may be asked and was not yet written to about what waits
    for them now, and return them (Z6, Z9).

    Called when the coach has issued and when the coachee has signed, in the same transaction:
    so the coachee is written to first, and the others as soon as the coachee said yes to them.
    """
    standing = standing_of_one(work, engagement.id)
    parties = parties_of(work, [engagement.id])[engagement.id]
    links = of_engagements(work, [engagement.id])
    due = {party.id: waits for party in parties
           if (waits := to_be_sent(standing, party, work.now))
           and not any(link.person_id == party.person_id and link.purpose == "sitting"
                       and link.issued_at >= max(facts.issued_at for facts in waits)
                       for link in links)}
    if not due:
        return []
    asked = [party for party in parties if party.id in due]
    # Held until the end, so that each mail finds its person and address without asking again.
    _held = points_and_people(work, [p.contact_point_id for p in asked if p.contact_point_id])
    post = _Post(letterhead(work, engagement), Known(links, standing.events))
    minutes = _minutes(work, due)
    invited = {e.subject_id for e in standing.events if e.kind == "party.invited"}
    for party in asked:
        if party.id not in invited:
            note(work, engagement, "party.invited", party.id)
        invite(work, engagement, party, "invitation", until=last_day(due[party.id]),
               minutes=minutes[party.id], texts=len(due[party.id]), post=post)
    return asked


def last_day(waits: Sequence[VersionFacts]) -> datetime:
    """Return until when the last of what waits can be signed."""
    return max(facts.sign_by for facts in waits)


def _minutes(work: Work, due: dict[str, list[VersionFacts]]) -> dict[str, int]:
    wanted = {facts.version_id for waits in due.values() for facts in waits}
    records = {version_id: json.loads(work.reveal(row, "record"))
               for version_id, row in version_rows(work, wanted).items()}
    return {party_id: minutes_to_read(*(records[facts.version_id] for facts in waits))
            for party_id, waits in due.items()}


def reissue(work: Work, engagement: Engagement, party: Party) -> None:
    """Send a new link at once; the old one ends. Nothing goes out where nothing waits, and the
    record tells the coach the same either way (Z4)."""
    note(work, engagement, "party.link_renewed", party.id)
    waits = to_be_sent(standing_of_one(work, engagement.id), party, work.now)
    if waits:
        invite(work, engagement, party, "invitation", until=last_day(waits), texts=len(waits))


def revoke(work: Work, engagement: Engagement, party: Party) -> int:
    """End every link of a party and every session it began, at once; returns how many links
    were alive."""
    note(work, engagement, "party.link_revoked", party.id)
    return end_links(work, engagement, party)


def end_links(work: Work, engagement: Engagement, party: Party) -> int:
    """End a party's links and what they opened, and return how many links were alive."""
    shut_out(work, party.person_id, engagement.id)
    return revoke_all(work, engagement.practice_id, engagement.id, party.person_id)


def correct_address(
    work: Work, engagement: Engagement, party: Party, email: str, owner: Owner, read_by: ReadBy
) -> None:
    """Write to a party at another address from now on, and send what waits there.

    The old address hears of it where its owner has proven it, and nothing else any more; that of
    somebody who may not be asked hears nothing at all (Z6). Raises `Refused` for an address that
    is not the person's own where it has to be (Z7).
    """
    require(why_not_address(party.role, owner, read_by))
    person = person_or_missing(work, engagement.practice_id, party.person_id)
    point = add_address(work, person, email, owner, read_by)
    work.session.flush()
    end_links(work, engagement, party)
    standing = standing_of_one(work, engagement.id)
    asking = ask_facts(party.id, party.role, standing.events)
    if may_be_asked(asking) and is_proven(work, party.contact_point_id):
        tell(work, engagement, party, "address_changed", dedupe=f"address_changed:{point.id}")
    change_contact(work, party, point)
    redirect_news(work, person.id, engagement.id, email.strip())
    note(work, engagement, "party.address_changed", party.id, {"contact_point": point.id})
    reissue(work, engagement, party)


def party_by_id(work: Work, engagement: Engagement, party_id: str) -> Party:
    """Return a party of this engagement, or raise `Missing`."""
    for party in parties_of(work, [engagement.id])[engagement.id]:
        if party.id == party_id:
            return party
    raise Missing("party")
