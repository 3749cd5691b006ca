"""Calendars that fetch days by a secret address: what they get, and who gets nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from sqlalchemy import select, update

from bench.board import queries
from bench.crowd import add_crowd
from portal.desk.actions import rebuild_board
from portal.erasing.actions import erase_engagement
from portal.links.models import CalendarFeed
from portal.people.models import Account
from portal.signing.actions import take_seat
from portal.taking.actions import take_whole
from tests.builders import World, add_practice, conclude
from tests.pages import Browser
from tests.reviewing import first_review, go_to
from tests.sessions.world import plan

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Work
    from tests.pages import Page

DAY = timedelta(days=1)
TEXT = {"Look at an agreement again", "An agreement ends"}


def address(page: Page) -> str:
    """Return the path that a page shows this one time."""
    found = page.soup.find(id="feed")
    assert found is not None, (page.status, page.text)
    return found.get_text().split("8000", 1)[-1]


def coachs(world: World, app: Flask, **form: str) -> str:
    return address(Browser(app).be(world, "ana", "coach").post("/practice/calendar", form))


def bens(world: World, app: Flask) -> str:
    world.ids["ben.engagement"] = world.ids["engagement"]
    return address(Browser(app).be(world, "ben", "party").post("/p/calendar"))


def entries(app: Flask, path: str) -> list[tuple[str, object]]:
    """Return title and day of what a calendar program gets, without any session."""
    answer = Browser(app).get(path).response
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Cache-Control"] == "no-store"
    return [(str(one["SUMMARY"]), one["DTSTART"].dt)
            for one in Calendar.from_ical(answer.get_data()).walk("VEVENT")]


def test_gives_coach_and_coachee_their_days_without_a_name(world: World, app: Flask) -> None:
    conclude(world)
    plan(world, days=3)
    day = first_review(world, world.ids["version"]).day
    for path in (coachs(world, app), bens(world, app)):
        found = entries(app, path)
        assert {title for title, _day in found} == {*TEXT, "Appointment"}
        assert ("Look at an agreement again", day) in found
        file = Browser(app).get(path).response.get_data(as_text=True)
        assert not any(thing in file for thing in ("Ben", "Ana", *world.ids.values()))


def test_adds_titles_for_a_coach_who_chose_so_and_else_for_nobody(
    world: World, app: Flask
) -> None:
    conclude(world)
    named = entries(app, coachs(world, app, titles="y"))
    assert all(": " in title for title, _day in named)
    assert all(": " not in title for title, _day in entries(app, coachs(world, app)))


def test_keeps_of_the_address_only_a_hash(world: World, app: Flask) -> None:
    add_practice(world)
    path = coachs(world, app)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    with world.ground.work(writes=False) as work:
        row = work.session.scalars(select(CalendarFeed)).one()
        assert len(row.secret_hash) == 64
        assert token not in "".join(str(getattr(row, c.name)) for c in row.__table__.columns)
    assert Browser(app).be(world, "ana", "coach").get("/practice/calendar").soup.find(
        id="feed") is None


def test_z10_every_address_that_does_not_work_looks_the_same(world: World, app: Flask) -> None:
    conclude(world)
    first, ana = coachs(world, app), Browser(app).be(world, "ana", "coach")
    second = coachs(world, app)
    assert ana.post("/practice/calendar/revocation").status == 200
    link = world.ground.links.make(bytes(32))
    dead = [Browser(app).get(path) for path in (
        first, second, "/feeds/nothing.ics", f"/feeds/{link}.ics")]
    assert {page.status for page in dead} == {404}
    assert len({page.html for page in dead}) == 1


def test_a_renewed_address_ends_the_one_before(world: World, app: Flask) -> None:
    conclude(world)
    first, second = bens(world, app), bens(world, app)
    assert Browser(app).get(first).status == 404
    assert entries(app, second)


def test_ends_with_the_account(world: World, app: Flask) -> None:
    conclude(world)
    path = coachs(world, app)
    with world.ground.work(writes=True) as work:
        work.session.execute(update(Account).values(closed_at=work.now))
    assert Browser(app).get(path).status == 404


def test_answers_sixty_times_an_hour(world: World, app: Flask) -> None:
    conclude(world)
    path, calendar = bens(world, app), Browser(app)
    for _time in range(60):
        assert calendar.get(path).status == 200
    too_many = calendar.get(path)
    assert too_many.status == 429
    assert int(too_many.response.headers["Retry-After"]) > 0
    world.clock.move(seconds=3601)
    assert calendar.get(path).status == 200


@pytest.mark.parametrize("happens", ["withdrawn", "asleep"])
def test_z3_dates_neither_a_withdrawal_nor_a_sleep_for_a_party(
    world: World, app: Flask, happens: str
) -> None:
    """Not for the coachee either, whose calendar others may see."""
    conclude(world)
    path, review = bens(world, app), first_review(world, world.ids["version"])
    before = Browser(app).get(path).response.get_data()
    if happens == "withdrawn":
        with world.ground.work(writes=True, actor=world.party()) as work:
            take_back(work, world)
    else:
        go_to(world, review.grace_until + DAY)
    assert Browser(app).get(path).response.get_data() == before


def take_back(work: Work, world: World) -> None:
    seat = take_seat(work)
    take_whole(work, seat.engagement, seat.party,
               [seat.standing.version(world.ids["version"])])


def test_asks_a_constant_number_of_questions_and_leaves_out_what_was_erased(
    world: World, app: Flask
) -> None:
    conclude(world)
    counted = []
    path = coachs(world, app, titles="y")
    for more in (1, 5):
        add_crowd(world.ground, world.ids["ana.practice"], world.ids["ana"], more)
        rebuild_board(world.ground)
        for number in range(more):
            plan(world, days=3 + number)
        counted.append(queries(world.ground.engine, partial(Browser(app).get, path)))
    assert counted[0] == counted[1]
    own = bens(world, app)
    assert any(title.startswith("Appointment") for title, _day in entries(app, path))
    with world.ground.work(writes=True) as work:
        erase_engagement(work, world.ids["engagement"])
    assert not any(title.startswith("Appointment") for title, _day in entries(app, path))
    assert Browser(app).get(own).status == 404
