"""A job runs once in its rhythm, whoever ticks; a sign of life is left for those who watch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.clockwork.actions import beat, end_run, take_run
from portal.clockwork.models import JobRun
from portal.clockwork.policy import HELD
from portal.clockwork.queries import last_beat, last_trouble
from tests.builders import World
from tests.pages import BASE

if TYPE_CHECKING:
    from flask import Flask

HOUR = timedelta(hours=1)


def row(world: World, name: str) -> JobRun:
    with world.ground.work(writes=False) as work:
        return work.session.scalars(select(JobRun).where(JobRun.name == name)).one()


def test_is_taken_once_however_many_clockworks_tick(world: World) -> None:
    """The first time ever, when there is no row yet, and each time after."""
    for _round in range(5):
        at_once = Barrier(8)

        def take(_number: int, at_once: Barrier = at_once) -> bool:
            at_once.wait()
            return take_run(world.ground, "deadlines", HOUR) is not None

        with ThreadPoolExecutor(8) as clockworks:
            assert sum(clockworks.map(take, range(8))) == 1
        world.clock.move(hours=3)


def test_is_due_again_an_hour_after_it_began(world: World) -> None:
    run = take_run(world.ground, "deadlines", HOUR)
    assert run is not None
    world.clock.move(minutes=10)
    end_run(world.ground, run)
    due = row(world, "deadlines").due_at
    assert run.began_at + HOUR <= due <= run.began_at + HOUR * 1.05
    world.clock.move(minutes=49)
    assert take_run(world.ground, "deadlines", HOUR) is None
    world.clock.move(minutes=5)
    assert take_run(world.ground, "deadlines", HOUR) is not None


def test_is_taken_over_half_an_hour_after_its_clockwork_was_killed(world: World) -> None:
    killed = take_run(world.ground, "lists", timedelta(days=1))
    assert killed is not None
    world.clock.move(seconds=HELD.total_seconds() - 1)
    assert take_run(world.ground, "lists", timedelta(days=1)) is None
    world.clock.move(seconds=1)
    assert take_run(world.ground, "lists", timedelta(days=1)) is not None
    # The first one was only slow: what it says now changes nothing.
    end_run(world.ground, killed)
    assert row(world, "lists").ended_at is None


def test_begins_again_soon_after_a_run_that_failed_and_says_so(world: World) -> None:
    run = take_run(world.ground, "lists", timedelta(days=1))
    assert run is not None
    end_run(world.ground, run, "OperationalError")
    with world.ground.work(writes=False) as work:
        assert last_trouble(work) == {"lists": "OperationalError"}
    world.clock.move(minutes=5)
    again = take_run(world.ground, "lists", timedelta(days=1))
    assert again is not None
    end_run(world.ground, again)
    with world.ground.work(writes=False) as work:
        assert last_trouble(work) == {}


def test_leaves_a_sign_of_life_once_a_minute(world: World) -> None:
    began = world.clock.now()
    for _second in range(0, 59, 5):
        beat(world.ground)
        world.clock.move(seconds=5)
    with world.ground.work(writes=False) as work:
        assert last_beat(work) == began
    beat(world.ground)
    with world.ground.work(writes=False) as work:
        assert last_beat(work) == world.clock.now()


def test_leaves_one_too_where_a_clock_went_back(world: World) -> None:
    beat(world.ground)
    world.clock.move(days=-1)
    beat(world.ground)
    with world.ground.work(writes=False) as work:
        assert last_beat(work) == world.clock.now()


def test_is_ready_while_a_clockwork_runs_and_not_five_minutes_later(
    world: World, app: Flask
) -> None:
    browser = app.test_client()
    assert browser.get("/readyz", base_url=BASE).status_code == 503
    beat(world.ground)
    ready = browser.get("/readyz", base_url=BASE)
    assert (ready.status_code, ready.json) == (200, {"database": True, "worker": True})
    world.clock.move(minutes=5, seconds=1)
    stopped = browser.get("/readyz", base_url=BASE)
    assert (stopped.status_code, stopped.json) == (503, {"database": True, "worker": False})
