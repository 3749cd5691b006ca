"""Founding a practice: its people, its seal and its first account, together or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from portal.evidence.actions import make_seal
from portal.ground.glyphs import named, why_not_printable
from portal.ground.passwords import MINIMUM_LENGTH, PasswordNo, why_not_password
from portal.people.actions import NewPerson, NewPractice, found_practice, meet_person, open_account
from portal.people.policy import Owner, ReadBy
from portal.people.queries import account_by_login
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.people.models import Account

_COUNTRY_LETTERS = 2


class BadFounding(PortalError):
    """Say what about the values has to be changed."""


@dataclass(frozen=True, slots=True)
class Founding:
    """Hold what `portal create-coach` asks."""

    name: str
    email: str
    practice: str
    country: str
    timezone: str
    contact: str
    password: str


def _why_not(values: Founding) -> str | None:
    for text in (values.name, values.practice, values.contact):
        if not text.strip():
            return "Name, practice and contact line cannot be empty."
        if bad := why_not_printable(text):
            return f"These characters cannot be printed in an agreement: {named(bad)}"
    if "@" not in values.email:
        return "The mail address needs the form name@example.org."
    if len(values.country) != _COUNTRY_LETTERS or not values.country.isalpha():
        return "The country is a code of two letters, for example AT."
    if values.timezone not in available_timezones():
        return "The time zone is an IANA name, for example Europe/Vienna."
    return _why_not_the_password(values)


def _why_not_the_password(values: Founding) -> str | None:
    about = (values.name, values.email, values.practice)
    return {
        PasswordNo.TOO_SHORT: f"The password needs at least {MINIMUM_LENGTH} characters.",
        PasswordNo.GUESSABLE: "The password is among those that are guessed first. Take four words "
                              "that have nothing to do with each other or with you.",
        None: None,
    }[why_not_password(values.password, about)]


def found(work: Work, values: Founding) -> Account:
    """Found a practice with its owner's account and its own seal.

    Raises `BadFounding` with what to change, also when the address has an account already.
    """
    why = _why_not(values)
    if why is None and account_by_login(work, values.email) is not None:
        why = "There is an account with this mail address already."
    if why is not None:
        raise BadFounding(why)
    practice = found_practice(work, NewPractice(
        values.practice.strip(), values.country.upper(), values.timezone, values.contact.strip()))
    person, _point = meet_person(work, practice.id, NewPerson(
        values.name.strip(), values.email, Owner.PRIVATE, ReadBy.NOBODY))
    account = open_account(work, person, values.email, values.password, "owner")
    make_seal(work, practice)
    return account
