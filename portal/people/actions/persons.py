"""Persons, their addresses, and mails about their own standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.ground import chance
from portal.people.actions.names import list_name
from portal.people.models import ContactPoint, Person
from portal.people.policy import Owner, ReadBy, normal_address

if TYPE_CHECKING:
    from portal.ground.work import Work

PRINT = "contact"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Hold a person to be known: name and one address, whose it is and who else reads it."""

    name: str
    email: str
    owner: Owner
    read_by: ReadBy


def meet_person(work: Work, practice_id: str, values: NewPerson) -> tuple[Person, ContactPoint]:
    """Make a person with a data key of their own and one mail address."""
    person = name_person(work, practice_id, values.name)
    return person, add_address(work, person, values.email, values.owner, values.read_by)


def name_person(work: Work, practice_id: str, name: str) -> Person:
    """Make a person with a data key of their own, known by name alone."""
    person_id = chance.new_id()
    key_id = work.vault.new_key(practice_id, "person", work.now)
    work.session.flush()
    person = Person(id=person_id, practice_id=practice_id, key_id=key_id, locale="en",
                    created_at=work.now)
    work.hide(person, "name", name)
    work.session.add(person)
    work.session.flush()
    list_name(work, person, name)
    return person


def live_by(person: Person, zone: str) -> None:
    """Let a person's day and night be those of a time zone; an empty text means the practice's."""
    person.timezone = zone or None


def forget_person(work: Work, person: Person) -> None:
    """Let go of somebody who was named and never asked: nothing about them is evidence."""
    for point in work.session.scalars(
        select(ContactPoint).where(ContactPoint.person_id == person.id)
    ):
        work.session.delete(point)
    work.session.delete(person)
    work.session.flush()
    work.vault.forget(person.key_id)


def add_address(
    work: Work, person: Person, email: str, owner: Owner, read_by: ReadBy
) -> ContactPoint:
    """Add a mail address; it can be found again by its keyed fingerprint alone."""
    point = ContactPoint(
        id=chance.new_id(), practice_id=person.practice_id, person_id=person.id,
        key_id=person.key_id, kind="email", owner=owner.value, read_by=read_by.value,
        owner_declared_at=work.now,
        fingerprint=work.vault.fingerprint(normal_address(email), PRINT),
    )
    work.hide(point, "value", email.strip())
    work.session.add(point)
    return point
