"""The next thirty days: in the order of the days that are named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from portal.desk.policy.look import Scope
from portal.desk.queries.days import MOST, next_days
from tests.builders import World, add_engagement, add_practice, issue
from tests.pages import Browser
from tests.sessions.world import DAY, plan

if TYPE_CHECKING:
    from flask import Flask


def test_names_a_last_day_before_what_begins_at_the_midnight_that_ends_it(
    world: World, app: Flask,
) -> None:
    """The two are one instant, and stand on two days."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    midnight = datetime(2026, 12, 7, 23, tzinfo=UTC)  # in Vienna, where the practice is
    for _number in range(6):
        plan(world, days=(midnight - world.clock.now()) / DAY)
    coach = world.coach()
    with world.ground.work(writes=False, actor=coach) as work:
        days, more = next_days(
            work, Scope(coach.practice_id, coach.person_id, own=True, reminds=True))
    assert not more
    assert {one.at for one in days} == {midnight}
    assert [one.kind for one in days] == ["sign_by"] + ["session"] * 6
    said = Browser(app).be(world, "ana", "coach").get("/today").text
    assert said.index("7 Dec 2026 Last day to sign") < said.index("8 Dec 2026 , 00:00")
    assert "Days and times: Central European Time." in said


def test_says_that_more_comes_than_stands_there(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    for number in range(MOST):
        plan(world, days=1 + number / 4)
    told = "More comes after that"
    ana = Browser(app).be(world, "ana", "coach")
    assert told in ana.get("/today").text
    world.clock.move(days=2)
    assert told not in Browser(app).be(world, "ana", "coach").get("/today").text
