"""Plain functions that bring a world into being through the portal's own actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import AgreementVersion
from portal.engagements.queries import parties_of
from portal.evidence.actions import make_seal
from portal.factors.actions import CodeTaken, begin_enrolment, use_code
from portal.factors.models import Factor
from portal.ground.onetime import code_at
from portal.ground.work import Actor, Ground, Work
from portal.issuing import actions as issuing
from portal.issuing.actions import TermsValues
from portal.people.actions import (
    NewPerson,
    NewPractice,
    found_practice,
    keep_answers,
    meet_person,
    open_account,
)
from portal.people.models import Person
from portal.people.policy import Owner, ReadBy
from portal.web.words import today
from tests.cast import ANA, ANSWERS, BEN, PASSWORD, Character

if TYPE_CHECKING:
    from portal.ground.clock import StandingClock


@dataclass
class World:
    """Hold a ground floor with a standing clock, and the ids of who is on it."""

    ground: Ground
    clock: StandingClock
    ids: dict[str, str] = field(default_factory=dict)

    def coach(self, key: str = "ana") -> Actor:
        """Return a signed-in coach as actions see one."""
        return Actor(self.ids[key], self.ids[f"{key}.practice"], "coach", "factor", "session",
                     account_id=self.ids[f"{key}.account"])

    def party(self, key: str = "ben", level: str = "factor") -> Actor:
        """Return a signed-in party as actions see one."""
        return Actor(self.ids[key], self.ids[f"{key}.practice"], "party", level, "session",
                     engagement_id=self.ids["engagement"])

    def code(self, key: str) -> str:
        """Return the code that a person's authenticator shows now."""
        with self.ground.work(writes=False) as work:
            return code_of(work, self.ids[key])

    def fresh_code(self, key: str) -> str:
        """Let half a minute pass and return the next code, which nobody has used."""
        self.clock.move(seconds=30)
        return self.code(key)


def code_of(work: Work, person_id: str) -> str:
    """Return the present code of a person's newest authenticator, pending or enrolled."""
    factor = work.session.scalars(
        select(Factor).where(Factor.person_id == person_id, Factor.disabled_at.is_(None))
        .order_by(Factor.created_at.desc())
    ).first()
    assert factor is not None, "this person has no authenticator"
    return code_at(work.reveal(factor, "secret"), work.now)


def add_practice(
    world: World, coach: Character = ANA, key: str = "ana", *, name: str = "Berg Coaching",
    answers: dict[str, str] | None = ANSWERS, enrolled: bool = True,
) -> None:
    """Found a practice with one coach, who has an account, an authenticator and a seal."""
    with world.ground.work(writes=True) as work:
        practice = found_practice(work, NewPractice(
            name, "AT", "Europe/Vienna", f"{name}, Lindengasse 1, 1070 Vienna"))
        person, _point = meet_person(work, practice.id, NewPerson(
            coach.name, coach.email, Owner.PRIVATE, ReadBy.NOBODY))
        account = open_account(work, person, coach.email, PASSWORD, "owner")
        make_seal(work, practice)
        if answers:
            keep_answers(work, practice, answers)
        begin_enrolment(work, person)
        world.ids |= {key: person.id, f"{key}.practice": practice.id,
                      f"{key}.account": account.id}
    if enrolled:
        with world.ground.work(writes=True) as work:
            taken = use_code(work, work.session.get_one(Person, world.ids[key]),
                             code_of(work, world.ids[key]))
            assert isinstance(taken, CodeTaken), taken


def add_engagement(
    world: World, coachee: Character = BEN, key: str = "ben", coach: str = "ana"
) -> str:
    """Let a coach name a coachee and settle the terms; nothing is sent yet."""
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.name_coachee(work, NewPerson(
            coachee.name, coachee.email, Owner.PRIVATE, ReadBy.NOBODY), "Coaching")
        issuing.save_terms(work, engagement, TermsValues(
            today(work.now), ANSWERS, leave_out=[]))
        parties = parties_of(work, [engagement.id])[engagement.id]
        coachee_party = next(p for p in parties if p.role == "COACHEE")
        world.ids |= {"engagement": engagement.id, key: coachee_party.person_id,
                      f"{key}.practice": engagement.practice_id,
                      f"{key}.party": coachee_party.id}
        return engagement.id


def issue(world: World, coach: str = "ana") -> str:
    """Let a coach sign and send the invitation; returns the version's id."""
    code = world.fresh_code(coach)
    with world.ground.work(writes=True, actor=world.coach(coach)) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        done = issuing.issue(work, engagement, ANA.name, code)
        assert isinstance(done, AgreementVersion), done
        world.ids["version"] = done.id
        return done.id

