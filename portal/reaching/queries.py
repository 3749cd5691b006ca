"""Who was asked for a signature and has not given it, in the eyes of the coach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import AgreementVersion
from portal.agreements.policy import is_waiting
from portal.engagements.policy import ask_facts, may_be_asked
from portal.notices.policy import Hours
from portal.people.models import ContactPoint, Person
from portal.people.policy import Owner, ReadBy, why_not_address
from portal.people.queries import practice_or_missing
from portal.reaching.policy import (
    COACH_ACTS,
    AskedFacts,
    Word,
    last_of,
    pairing_day,
    wants_reminders,
    word,
)

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.links.models import Invitation

_REACHED = frozenset({Word.SENT, Word.OPENED, Word.IDENTIFIED})


def to_be_sent(standing: Standing, party: Party, now: datetime) -> list[VersionFacts]:
    """Return what waits for a party's signature and may be sent to them: nothing where the
    coachee has not said yes to them, where there is no address, and where they sign on paper."""
    return standing.waiting(party, now) if _may_be_written_to(standing, party) else []


def _may_be_written_to(standing: Standing, party: Party) -> bool:
    if party.role == "COACH" or party.contact_point_id is None or party.on_paper:
        return False
    return may_be_asked(ask_facts(party.id, party.role, standing.events))


def still_asked(standing: Standing, party: Party, now: datetime) -> list[VersionFacts]:
    """Return what waits for a party in the eyes of the coach: what they declined is among it
    until its day (Z4)."""
    if not _may_be_written_to(standing, party):
        return []
    return [facts for facts in standing.versions if facts.waits_for(party.id)
            and facts.agreement_id not in standing.dropped and is_waiting(facts, now)]


def asked_facts(
    work: Work, standing: Standing, party: Party, links: Iterable[Invitation]
) -> AskedFacts | None:
    """Return what decides when a party is reminded; None where nothing is asked of them, or they
    have no address that may be written to. `links` are those of the engagement."""
    texts = still_asked(standing, party, work.now)
    if not texts or not is_their_own(work, party):
        return None
    own = [e for e in standing.events if e.subject_id == party.id]
    invited = [e.at for e in own if e.kind == "party.invited"]
    newest = max(facts.issued_at for facts in texts)
    settings = work.ground.settings
    return AskedFacts(
        asked_at=max([newest, *invited[:1]]),
        last=last_of([e.at for e in own if e.kind in COACH_ACTS and e.at >= newest]),
        until=max(facts.sign_by for facts in texts), zone=zone_of(work, party),
        hours=Hours(settings.mail_from_hour, settings.mail_until_hour),
        reached=_is_reached(standing, party, newest,
                            [link.id for link in links if link.person_id == party.person_id
                             and link.issued_at >= newest]),
        wished=wants_reminders(party.id, own))


def _is_reached(
    standing: Standing, party: Party, since: datetime, links: Sequence[str]
) -> bool:
    """Tell whether a reminder would find the right person, as far as the coach knows."""
    told = [e for e in standing.events
            if e.at >= since and (e.subject_id in links or e.subject_id == party.id)]
    wrong = any(e.kind == "invitation.not_me" and e.subject_id == links[-1] for e in told)
    return word(told, since, None)[0] in _REACHED and not wrong


def is_their_own(work: Work, party: Party) -> bool:
    """Tell whether a party's address may be written to: a coachee's is never an employer's (Z7)."""
    point = work.session.get(ContactPoint, party.contact_point_id)
    return (point is not None and point.suspended_at is None and
            why_not_address(party.role, Owner(point.owner), ReadBy(point.read_by)) is None)


def zone_of(work: Work, party: Party) -> str:
    """Return the clock that a party lives by: their own, or that of the practice."""
    person = work.session.get_one(Person, party.person_id)
    return person.timezone or practice_or_missing(work, party.practice_id).timezone


def open_checks(standing: Standing, now: datetime) -> dict[str, tuple[int, str]]:
    """Return the parties whose voice check is asked for, each with the day and the version."""
    found: dict[str, tuple[int, str]] = {}
    for facts in standing.versions:
        for slot in facts.slots:
            day = pairing_day(facts, slot.party_id, now)
            if day is not None and day > found.get(slot.party_id, (0, ""))[0]:
                found[slot.party_id] = (day, facts.version_id)
    return found


def with_open_texts(work: Work) -> Iterator[list[str]]:
    """Yield the engagements in which a text can still be signed, some at a time."""
    found = list(work.session.scalars(
        select(AgreementVersion.engagement_id).distinct()
        .where(AgreementVersion.sign_by > work.now).order_by(AgreementVersion.engagement_id)))
    for start in range(0, len(found), _AT_ONCE):
        yield found[start:start + _AT_ONCE]


#: So many engagements are read together.
_AT_ONCE = 100
