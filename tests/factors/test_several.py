"""Whoever has two authenticator apps signs with either; guessing gets no further (Z12)."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from portal.factors.actions import CodeRefused, CodeTaken, begin_app, begin_enrolment, use_code
from portal.factors.models import Factor
from portal.factors.policy import RECOVERED, CodeNo, FactorFacts, why_not_try_any
from portal.factors.queries import live_factors
from portal.ground.onetime import code_at
from portal.people.models import Person
from tests.builders import World, add_practice
from tests.conftest import NOW
from tests.people.outbox import kinds


@pytest.fixture(autouse=True)
def ana(world: World) -> None:
    """Let Ana have a practice, the app that came with it, and a second one."""
    add_practice(world)
    add_app(world)


def add_app(world: World) -> None:
    world.clock.move(minutes=1)
    with world.ground.work(writes=True) as work:
        begin_enrolment(work, ana_of(world, work.session)).enrolled_at = work.now


def ana_of(world: World, session: Session) -> Person:
    return session.get_one(Person, world.ids["ana"])


def apps(world: World) -> list[Factor]:
    with world.ground.work(writes=False) as work:
        return live_factors(work, world.ids["ana"])


def code_of(world: World, app: Factor) -> str:
    world.clock.move(seconds=30)
    with world.ground.work(writes=False) as work:
        return code_at(work.reveal(work.session.get_one(Factor, app.id), "secret"), work.now)


def take(world: World, code: str) -> CodeTaken | CodeRefused:
    with world.ground.work(writes=True) as work:
        return use_code(work, ana_of(world, work.session), code)


def wrong(world: World) -> str:
    """Return a code that fits neither app near now."""
    world.clock.move(seconds=30)
    with world.ground.work(writes=False) as work:
        near = {code_at(work.reveal(app, "secret"), datetime.fromtimestamp(
            work.now.timestamp() + drift, work.now.tzinfo))
            for app in live_factors(work, world.ids["ana"]) for drift in (-30, 0, 30)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555",
                                  "666666") if code not in near)


def test_takes_the_code_of_either_app_and_says_whose_it_was(world: World) -> None:
    for app in apps(world):
        taken = take(world, code_of(world, app))
        assert isinstance(taken, CodeTaken)
        assert (taken.factor.id, taken.enrolled_now) == (app.id, False)


def test_burns_the_step_of_the_app_that_showed_the_code_and_of_no_other(world: World) -> None:
    first, second = apps(world)
    code = code_of(world, first)
    assert isinstance(take(world, code), CodeTaken)
    again = take(world, code)
    assert isinstance(again, CodeRefused)
    assert again.why is CodeNo.USED
    with world.ground.work(writes=False) as work:
        other = code_at(work.reveal(work.session.get_one(Factor, second.id), "secret"), work.now)
    assert isinstance(take(world, other), CodeTaken)


def test_counts_a_wrong_code_against_the_person_and_each_app(world: World) -> None:
    for _number in range(3):
        take(world, wrong(world))
    with world.ground.work(writes=False) as work:
        assert ana_of(world, work.session).fails == 3
    assert [app.fails for app in apps(world)] == [3, 3]


def test_forgets_what_was_counted_once_a_code_is_right(world: World) -> None:
    take(world, wrong(world))
    assert isinstance(take(world, code_of(world, apps(world)[0])), CodeTaken)
    with world.ground.work(writes=False) as work:
        assert ana_of(world, work.session).fails == 0
    assert [app.fails for app in apps(world)] == [0, 0]


def test_disables_every_app_at_twenty_failures_and_no_second_app_doubles_the_tries(
    world: World,
) -> None:
    answers = []
    for _number in range(20):
        world.clock.move(minutes=20)
        answers.append(take(world, wrong(world)))
    assert [isinstance(one, CodeRefused) and one.why for one in answers] == (
        [CodeNo.WRONG] * 19 + [CodeNo.DISABLED])
    assert apps(world) == []
    assert kinds(world, world.ids["ana.practice"]).count("factor.disabled") == 2


def test_keeps_the_count_when_a_new_app_comes(world: World) -> None:
    with world.ground.work(writes=True) as work:
        for app in live_factors(work, world.ids["ana"]):
            app.disabled_at = work.now
        ana_of(world, work.session).fails = 4
        begin_app(work, ana_of(world, work.session), RECOVERED)
    assert isinstance(take(world, world.fresh_code("ana")), CodeTaken)
    refused = take(world, wrong(world))
    assert isinstance(refused, CodeRefused)
    assert refused.until is not None


def test_enrols_nobody_by_a_link_who_has_had_an_app(world: World) -> None:
    with world.ground.work(writes=True) as work:
        for app in live_factors(work, world.ids["ana"]):
            app.disabled_at = work.now
        begin_enrolment(work, ana_of(world, work.session))
    refused = take(world, world.fresh_code("ana"))
    assert isinstance(refused, CodeRefused)
    assert refused.why is CodeNo.NO_FACTOR


@pytest.mark.parametrize(("apps", "expected"), [
    ([FactorFacts(0, 0, 0, None, False), FactorFacts(0, 20, 20, None, True)], None),
    ([FactorFacts(0, 20, 20, None, True), FactorFacts(0, 0, 0, None, False)], None),
    ([FactorFacts(0, 20, 20, None, True)], CodeNo.DISABLED),
    ([FactorFacts(0, 5, 5, NOW.replace(hour=10), False)] * 2, CodeNo.PAUSED),
])
def test_looks_at_a_code_where_one_app_may_be_tried(
    apps: list[FactorFacts], expected: CodeNo | None
) -> None:
    assert why_not_try_any(apps, NOW) is expected
