"""What waits for a person, and how far they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.agreements.policy import OPEN_STATES, VersionFacts, minutes_to_read, state
from portal.agreements.queries import Standing, shown_text, standing_of_one, version_row
from portal.engagements.models import Engagement, Party
from portal.people.models import ContactPoint, Person, Practice
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.signing.models import Sitting
from portal.signing.policy import Progress, is_page_done, next_page

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
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
    def vouched_at(self) -> datetime | None:
        """Return when the coach vouched for this person, or None."""
        return next((facts.vouched[self.party.id] for facts in self.standing.versions
                     if self.party.id in facts.vouched), None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hold the version that waits for this person, its frozen text, and their progress."""

    facts: VersionFacts
    row: AgreementVersion
    shown: dict[str, Any]
    progress: Progress

    @property
    def pages(self) -> list[dict[str, Any]]:
        """Return the pages of the text in reading order."""
        pages: list[dict[str, Any]] = self.shown["pages"]
        return pages

    @property
    def minutes(self) -> int:
        """Return about how many minutes the whole reading takes."""
        return minutes_to_read(self.shown)

    @property
    def done(self) -> list[bool]:
        """Return for each page whether it is answered."""
        return [is_page_done(page, self.progress) for page in self.pages]

    @property
    def next_number(self) -> int | None:
        """Return the number of the first page that is still open, or None."""
        return next_page(self.pages, self.progress)

    @property
    def sign_by(self) -> date:
        """Return the last day on which this can be signed."""
        return date.fromisoformat(self.shown["sign_by"])

    @property
    def starts(self) -> date:
        """Return the first day on which the text can be in force."""
        return date.fromisoformat(self.shown["starts"])

    @property
    def until(self) -> date:
        """Return the last day of the text."""
        return date.fromisoformat(self.shown["ends"])

    def ends(self, number: int) -> date:
        """Return the last day of one line."""
        return next((date.fromisoformat(line["ends"]) for line in self.shown["lines"]
                     if line["number"] == number and line["ends"]), self.until)


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
    .order_by(ContactPoint.owner_declared_at.desc())
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


def progress_of(work: Work, engagement_id: str, person_id: str, version_id: str) -> Progress:
    """Return how far a person is with a version; a new text starts anew, the name stays."""
    sitting = sitting_of(work, engagement_id, person_id)
    if sitting is None:
        return Progress(version_id)
    values = json.loads(work.reveal(sitting, "values"))
    if values["version_id"] != version_id:
        return Progress(version_id, name=values["name"], mark=values["mark"],
                        strokes=values["strokes"])
    return Progress(**values)


def waiting_for(work: Work, seat: Seat) -> Waiting | None:
    """Return what waits for the signature of the person in the seat, or None."""
    for facts in reversed(seat.standing.versions):
        slot = next((s for s in facts.slots if s.party_id == seat.party.id), None)
        if slot is None or state(facts, work.now) not in OPEN_STATES:
            continue
        if any(s.slot_id == slot.slot_id for s in facts.signed):
            continue
        row = version_row(work, facts.version_id)
        progress = progress_of(work, seat.engagement.id, seat.person.id, facts.version_id)
        return Waiting(facts, row, shown_text(work, row, slot.role), progress)
    return None


def own_version(work: Work, seat: Seat, version_id: str) -> VersionFacts:
    """Return a version that the person in the seat is a signer of, or raise `Missing`."""
    facts = seat.standing.version(version_id)
    if all(slot.party_id != seat.party.id for slot in facts.slots):
        raise Missing("version")
    return facts
