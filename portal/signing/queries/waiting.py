"""What waits for a person, and how far they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.agreements.policy import vouched_since
from portal.agreements.queries import (
    Differs,
    Reader,
    Standing,
    differences,
    shown_text,
    standing_of_one,
    version_rows,
)
from portal.engagements.models import Engagement, Party
from portal.people.models import ContactPoint, Person, Practice
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.signing.models import Sitting
from portal.signing.policy import Progress, Text, Waiting, progress_from, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Seat:
    """Hold everything that a page of the ceremony needs, for the person who is acting."""

    practice: Practice
    engagement: Engagement
    person: Person
    party: Party
    coach: Person
    coach_party: Party
    coach_point: ContactPoint | None
    standing: Standing
    coach_name: str
    coach_address: str
    own_name: str

    @property
    def has_sponsor(self) -> bool:
        """Tell whether a sponsor signs with coach and coachee here."""
        return any(agreement.template_code == "T2" and agreement.id not in self.standing.dropped
                   for agreement in self.standing.agreements.values())

    @property
    def vouched_at(self) -> datetime | None:
        """Return when the coach vouched for this person, as they come in now, or None."""
        return vouched_since(self.standing.events, self.party.id)


_COACH = aliased(Person)
_COACH_PARTY = aliased(Party)
_SEAT = (
    select(Engagement, Party, Practice, Person, _COACH, _COACH_PARTY, ContactPoint)
    .join(Party, Party.engagement_id == Engagement.id)
    .join(Practice, Practice.id == Engagement.practice_id)
    .join(Person, Person.id == Party.person_id)
    .join(_COACH, _COACH.id == Engagement.coach_id)
    .join(_COACH_PARTY, and_(_COACH_PARTY.engagement_id == Engagement.id,
                             _COACH_PARTY.person_id == Engagement.coach_id,
                             _COACH_PARTY.role == "COACH"))
    .outerjoin(ContactPoint, and_(
        ContactPoint.person_id == _COACH.id, ContactPoint.kind == "email",
        ContactPoint.suspended_at.is_(None)))
    .where(Engagement.id == bindparam("engagement"), Party.person_id == bindparam("person"),
           Engagement.practice_id == bindparam("practice"))
    .order_by(_COACH_PARTY.created_at.desc(), ContactPoint.owner_declared_at.desc())
)


def seat_of(work: Work) -> Seat:
    """Return the seat of the acting party in the engagement that their link belongs to."""
    actor = work.actor
    if actor is None or actor.engagement_id is None:
        raise Missing("seat")
    found = work.session.execute(_SEAT, {
        "engagement": actor.engagement_id, "person": actor.person_id,
        "practice": actor.practice_id}).first()
    if found is None:
        raise Missing("seat")
    engagement, party, practice, person, coach, coach_party = found[:6]
    point: ContactPoint | None = found[6]
    work.vault.fetch([engagement.key_id, person.key_id, coach.key_id, practice.key_id])
    names = names_of(work, [coach.id, person.id])
    return Seat(
        practice=practice, engagement=engagement, person=person, party=party, coach=coach,
        coach_party=coach_party, coach_point=point,
        standing=standing_of_one(work, engagement.id),
        coach_name=names[engagement.coach_id],
        coach_address=work.reveal(point, "value") if point is not None else "",
        own_name=names[actor.person_id],
    )


_SITTING = select(Sitting).where(Sitting.engagement_id == bindparam("engagement"),
                                 Sitting.person_id == bindparam("person"))


def sitting_of(work: Work, engagement_id: str, person_id: str) -> Sitting | None:
    """Return the row of a sitting, or None before anything was saved."""
    return work.session.scalar(_SITTING, {"engagement": engagement_id, "person": person_id})


def progress_of(work: Work, engagement_id: str, person_id: str) -> Progress:
    """Return how far a person is in their sitting."""
    sitting = sitting_of(work, engagement_id, person_id)
    return Progress() if sitting is None else progress_from(
        json.loads(work.reveal(sitting, "values")))


def waiting_of(work: Work, seat: Seat) -> Waiting | None:
    """Return everything that waits for the person in the seat, or None."""
    found = seat.standing.waiting(seat.party, work.now)
    if not found:
        return None
    progress = progress_of(work, seat.engagement.id, seat.person.id)
    rows = version_rows(work, [facts.version_id for facts in found])
    return Waiting([_text(work, seat, facts, rows[facts.version_id], progress) for facts in found],
                   progress, signed_words(work, seat.standing, seat.party))


def _text(
    work: Work, seat: Seat, facts: VersionFacts, row: AgreementVersion, progress: Progress
) -> Text:
    slot = facts.slot_of(seat.party.id)
    if slot is None:
        raise Missing("slot")
    return Text(facts, slot, row.locale, shown_text(work, row, slot.role),
                progress.of(facts.version_id))


def differences_of(work: Work, seat: Seat, texts: Sequence[Text]) -> dict[str, Differs]:
    """Return what the texts that wait change against the versions before, by their ids; with how
    the coachee answered then, where it is the coachee who reads (Z1)."""
    return differences(work, seat.standing, [text.facts for text in texts], reader_in(seat))


def reader_in(seat: Seat) -> Reader:
    """Return who reads, and so what they may know of an earlier version."""
    return Reader(coachee=seat.party.id if seat.party.role == "COACHEE" else None)


def signed_words(work: Work, standing: Standing, party: Party) -> frozenset[tuple[str, ...]]:
    """Return the words of all clauses that this person has signed in this engagement."""
    rows = version_rows(work, [facts.version_id for facts in standing.versions
                               if facts.signed_at(party.id) is not None])
    texts = [shown_text(work, row, party.role) for row in rows.values()]
    return frozenset(words_of(clause) for text in texts for clause in text["clauses"])


def own_version(work: Work, seat: Seat, version_id: str) -> VersionFacts:
    """Return a version that the person in the seat is a signer of, or raise `Missing`."""
    facts = seat.standing.version(version_id)
    if all(slot.party_id != seat.party.id for slot in facts.slots):
        raise Missing("version")
    return facts
