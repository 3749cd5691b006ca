"""What is taken back closes the room and the dates at once, on pages and in calendars (INV-7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.signing.actions import end_person, take_seat
from tests.builders import World
from tests.pages import Browser
from tests.sessions.world import plan
from tests.sharing.table import seat_everyone
from tests.signing.table import kinds, states
from tests.taking.acts import dispute, step_out, take_line, take_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

#: The line of T4 by which Gus is in the room, and that of T3 by which Eli knows the dates.
IN_THE_ROOM, OF_DATES = 1, 1


@pytest.fixture
def table(world: World) -> World:
    """Give a table at which everybody has signed, with one session to come."""
    seat_everyone(world)
    world.clock.move(seconds=1)
    plan(world, place="Room 4")
    return world


def shown(world: World, app: Flask, key: str) -> tuple[bool, int]:
    """Return whether somebody sees the place of the session, and how many dates they get."""
    browser = Browser(app).be(world, key, "party")
    return ("Room 4" in browser.get("/p/sessions").text,
            browser.get("/p/sessions.ics").response.get_data(as_text=True).count("BEGIN:VEVENT"))


@pytest.mark.parametrize(("key", "act"), [
    ("gus", lambda w: take_line(w, "T4", IN_THE_ROOM)),
    ("gus", lambda w: take_whole(w, "T4")),
    ("gus", lambda w: step_out(w, "gus")),
    ("gus", lambda w: dispute(w, "ben", "T4")),
    ("gus", lambda w: dispute(w, "gus", "T4")),
    ("eli", lambda w: take_line(w, "T3", OF_DATES, categories=["LOG.SCHEDULE"])),
    ("eli", take_whole),
    ("eli", lambda w: dispute(w, "eli", "T3")),
])
def test_inv_7_shows_no_session_any_more(
    table: World, app: Flask, key: str, act: Callable[[World], object]
) -> None:
    assert shown(table, app, key) == (True, 1)
    assert act(table)
    assert shown(table, app, key) == (False, 0)


def test_leaves_the_dates_when_another_kind_of_information_is_taken_back(
    table: World, app: Flask
) -> None:
    assert take_line(table, "T3", OF_DATES, categories=["LOG.ADMIN"])
    assert shown(table, app, "eli") == (True, 1)


def test_removes_somebody_whom_the_coachee_ends(table: World, app: Flask) -> None:
    with table.ground.work(writes=True, actor=table.party()) as work:
        end_person(work, take_seat(work), table.ids["gus.party"])
    assert kinds(table, "gus.party")[-1] == "party.removed"
    assert states(table)["T4"] == "WITHDRAWN"
    assert shown(table, app, "gus") == (False, 0)
