"""What the demo's helps read: who Ana is, and everybody's running codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.factors.models import Factor
from portal.ground.onetime import STEP_SECONDS, code_at
from portal.people.models import Account, Person, Practice
from portal.people.queries import names_of
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold what one person's authenticator app shows now."""

    name: str
    code: str
    used: bool


def first_coach(work: Work) -> tuple[Account, Person, Practice]:
    """Return the demo's coach, or raise `Missing`."""
    found = work.session.execute(
        select(Account, Person, Practice).join(Person, Person.id == Account.person_id)
        .join(Practice, Practice.id == Account.practice_id).order_by(Account.created_at).limit(1)
    ).one_or_none()
    if found is None:
        raise Missing("account")
    return found[0], found[1], found[2]


def running_codes(work: Work) -> list[Shown]:
    """Return the present code of everyone, the newest authenticator first."""
    factors = list(work.session.scalars(
        select(Factor).where(Factor.disabled_at.is_(None)).order_by(Factor.created_at.desc())))
    names = names_of(work, [factor.person_id for factor in factors])
    step = int(work.now.timestamp()) // STEP_SECONDS
    return [Shown(names[f.person_id], code_at(work.reveal(f, "secret"), work.now),
                  step <= f.last_step) for f in factors]
