"""What was asked and shared about the coachee, and who looked: on their own page, all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.ledger.queries import looks_of
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.sharing.queries import around, told_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.ground.work import Work
    from portal.sharing.policy.loading import Somebody
    from portal.sharing.queries import Said, Told
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Look:
    """Say who else opened something of this engagement last, and how often since it is kept."""

    name: str
    last_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class AskedPage:
    """Hold a page of questions, newest first, with everybody and every line by id.

    `askers` are names by person; `older` is the last question here if older ones follow.
    """

    told: Sequence[Told]
    older: str | None
    people: Mapping[str, Somebody]
    lines: Mapping[str, Said]
    doors: Mapping[str, tuple[str, str]]
    askers: Mapping[str, str]
    looks: Sequence[Look]


def asked_of(work: Work, seat: Seat, before: str = "") -> AskedPage:
    """Return what was asked about the person in the seat, by whomever, and who looked (INV-14,
    INV-24); raises `Missing` for anybody but the coachee."""
    if seat.party.role != "COACHEE":
        raise Missing("questions")
    found = told_of(work, seat.engagement.id, before=before)
    there = around(work, seat.engagement.id, whole=True)
    looks = looks_of(work, seat.engagement.id, {seat.person.id})
    names = names_of(work, [*(told.question.asked_by for told in found.told),
                            *(person_id for person_id, _last, _times in looks)])
    return AskedPage(found.told, found.older, there.people, there.lines, there.doors, names,
                     [Look(names[person_id], last, times) for person_id, last, times in looks])
