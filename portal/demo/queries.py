"""What the demo's helps read: who can be entered, and everybody's running codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.models import Party
from portal.factors.models import Factor
from portal.ground.onetime import STEP_SECONDS, code_at
from portal.people.models import Account, ContactPoint, Person, Practice
from portal.people.queries import Member, members_of, names_of
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold what one person's authenticator app shows now."""

    name: str
    code: str
    used: bool


@dataclass(frozen=True, slots=True)
class Somebody:
    """Hold who was named with an address: they come in by the links in their mail."""

    party_id: str
    name: str
    role: str
    address: str
    mails: int


def practices(work: Work) -> list[Practice]:
    """Return the demo's practices, the first one first."""
    return list(work.session.scalars(select(Practice).order_by(Practice.created_at)))


def members(work: Work) -> list[Member]:
    """Return everybody who has a desk in the demo."""
    return [member for practice in practices(work) for member in members_of(work, practice.id)]


def account(work: Work, account_id: str) -> tuple[Account, Person, Practice]:
    """Return an account of the demo's with its person and practice, or raise `Missing`."""
    found = work.session.get(Account, account_id)
    if found is None or found.closed_at is not None:
        raise Missing("account")
    return (found, work.session.get_one(Person, found.person_id),
            work.session.get_one(Practice, found.practice_id))


def tables(work: Work, mails: Mapping[str, int]) -> list[list[Somebody]]:
    """Return who takes part in each engagement beside its coach and has an address, coachee
    first; the fullest table first, then the newest. `mails` counts them by address."""
    rows = work.session.execute(
        select(Party, ContactPoint).join(ContactPoint, ContactPoint.id == Party.contact_point_id)
        .where(Party.role != "COACH").order_by(Party.created_at.desc(), Party.id)).all()
    work.vault.fetch([point.key_id for _party, point in rows])
    names = names_of(work, [party.person_id for party, _point in rows])
    found: dict[str, list[Somebody]] = defaultdict(list)
    for party, point in rows:
        address = work.reveal(point, "value")
        found[party.engagement_id].append(Somebody(
            party.id, names[party.person_id], party.role, address, mails.get(address, 0)))
    seated = [sorted(table, key=_place) for table in found.values()]
    return sorted(seated, key=len, reverse=True)


#: In which order they sit.
_ORDER = ("COACHEE", "SPONSOR", "ASSISTANT", "SUPPORTER", "GUEST")


def _place(one: Somebody) -> int:
    return _ORDER.index(one.role)


def mailbox_of(work: Work, party_id: str) -> tuple[str, str]:
    """Return name and address of somebody who takes part, or raise `Missing`."""
    party = work.session.get(Party, party_id)
    if party is None or party.contact_point_id is None:
        raise Missing("party")
    point = work.session.get_one(ContactPoint, party.contact_point_id)
    return names_of(work, [party.person_id])[party.person_id], work.reveal(point, "value")


def running_codes(work: Work) -> Sequence[Shown]:
    """Return the present code of everyone: people of the practice first, then by name."""
    factors = list(work.session.scalars(select(Factor).where(Factor.disabled_at.is_(None))))
    work.vault.fetch([factor.key_id for factor in factors])
    names = names_of(work, [factor.person_id for factor in factors])
    desks = [member.person_id for member in members(work)]
    step = int(work.now.timestamp()) // STEP_SECONDS
    first = sorted(factors, key=lambda f: (f.person_id not in desks, names[f.person_id]))
    return [Shown(names[f.person_id], code_at(work.reveal(f, "secret"), work.now),
                  step <= f.last_step) for f in first]
