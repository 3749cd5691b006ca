"""Time that passes for the people of the demo, and who of them is signed in.

What they do stands in `portal/demo/desk.py` and `portal/demo/seats.py`: the same actions that
their pages call. Nothing here writes a row, and what would be refused to anybody stops the telling.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.queries import parties_of
from portal.factors.actions import CodeRefused
from portal.factors.models import Factor
from portal.ground.actor import Actor, Origin
from portal.ground.onetime import code_at
from portal.ground.work import Ground, Work
from portal.jobs import run_job
from portal.links.models import Invitation
from portal.people.queries import session_by_token
from portal.people.views.frame import actor_of
from portal.plain.errors import Missing, PortalError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import TypeVar

    from portal.engagements.models import Party
    from portal.ground.clock import StandingClock

    Taken = TypeVar("Taken")

#: Networks that are kept free for documentation.
DESK = Origin("203.0.113.0/24", "Firefox")
PHONE = Origin("198.51.100.0/24", "Chrome")


class OutOfStep(PortalError):
    """Say that the portal did not take what somebody of the demo did."""


def taken(answer: Taken | CodeRefused | None) -> Taken:
    """Return what an action that takes a code gave back; raises `OutOfStep` for a refusal."""
    if answer is None or isinstance(answer, CodeRefused):
        raise OutOfStep("a code was refused")
    return answer


@dataclass
class Hands:
    """Hold the ground, its clock, and who is signed in.

    People of the practice are known by their first name in small letters, engagements by a name
    that the story gives them, and everybody else by their engagement and role.
    """

    ground: Ground
    clock: StandingClock
    desks: dict[str, Actor] = field(default_factory=dict)
    seats: dict[tuple[str, str], Actor] = field(default_factory=dict)
    engagements: dict[str, str] = field(default_factory=dict)

    def until(self, at: datetime) -> None:
        """Let time pass until an instant; one that has passed changes nothing."""
        self.clock.move(seconds=max(0.0, (at - self.clock.now()).total_seconds()))

    def runs(self, *jobs: str) -> None:
        """Let the clockwork do some of its jobs now."""
        for job in jobs:
            run_job(self.ground, job)

    def at_desk(self, who: str = "ana") -> AbstractContextManager[Work]:
        """Open a unit of work in which somebody of the practice acts."""
        return self.ground.work(writes=True, actor=self.desks[who], origin=DESK)

    def in_seat(self, engagement: str, role: str) -> AbstractContextManager[Work]:
        """Open a unit of work in which somebody acts who came by a link."""
        return self.ground.work(writes=True, actor=self.seats[engagement, role], origin=PHONE)

    def fresh_code(self, person_id: str) -> str:
        """Wait for the next code of somebody's authenticator, and return it."""
        self.clock.move(seconds=30)
        with self.ground.work(writes=False) as work:
            factor = work.session.scalars(
                select(Factor).where(Factor.person_id == person_id, Factor.disabled_at.is_(None))
                .order_by(Factor.created_at.desc()).limit(1)).one()
            return code_at(work.reveal(factor, "secret"), work.now)

    def party(self, work: Work, engagement: str, role: str) -> Party:
        """Return who takes part in a role; of several the last one named."""
        engagement_id = self.engagements[engagement]
        for party in reversed(parties_of(work, [engagement_id])[engagement_id]):
            if party.role == role:
                return party
        raise Missing("party")

    def link(self, work: Work, engagement: str, role: str) -> Invitation:
        """Return the newest link that somebody was sent."""
        party = self.party(work, engagement, role)
        return work.session.scalars(
            select(Invitation).where(Invitation.person_id == party.person_id,
                                     Invitation.engagement_id == party.engagement_id)
            .order_by(Invitation.issued_at.desc()).limit(1)).one()


def signed_in(work: Work, token: str) -> Actor:
    """Return who acts with the token of a sign-in session that has just begun."""
    work.session.flush()
    found = session_by_token(work, token)
    if found is None:
        raise Missing("session")
    return actor_of(found[0], found[2])
