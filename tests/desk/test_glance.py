"""Two pictures of an engagement, each with its sentence and its table; silence and a no alike."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.desk.pictures import Bond, bond, dots, triangle, waiting_line
from portal.desk.queries.sheet import sheet_of
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.reaching.actions import party_by_id, remind
from portal.signing.actions import decline
from tests.builders import World, add_engagement, add_practice, conclude, issue, opened, vouch_for
from tests.conftest import NOW
from tests.desk.test_story import told_alike
from tests.pages import Browser, Page
from tests.signing.table import ben_signs, set_table
from tests.web.stage import a_world

if TYPE_CHECKING:
    from pathlib import Path

    from bs4 import Tag
    from flask import Flask


def page_of(world: World, app: Flask) -> Page:
    """Return the page of the engagement as Ana reads it."""
    return Browser(app).be(world, "ana", "coach").get(f"/engagements/{world.ids['engagement']}")


def rows(page: Page, heading: str) -> list[list[str]]:
    """Return the table behind the picture under a heading, without its head."""
    section = page.soup.find("section", {"aria-labelledby": heading})
    assert section is not None
    return [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])]
            for row in section.select("tbody tr")]


@pytest.mark.parametrize("words, found", [
    ((), Bond.NONE), (("draft",), Bond.DRAFT), (("open",), Bond.WAITS), (("held",), Bond.WAITS),
    (("coming",), Bond.COMES), (("in_force",), Bond.HOLDS), (("ended",), Bond.OVER),
    (("not_concluded",), Bond.OVER), (("recalled",), Bond.OVER),
    (("ended", "draft", "open"), Bond.WAITS), (("open", "in_force"), Bond.HOLDS),
    (("ended", "draft"), Bond.DRAFT), (("open", "coming"), Bond.COMES),
])
def test_draws_the_strongest_bond(words: tuple[str, ...], found: Bond) -> None:
    assert bond(words) is found


@pytest.mark.parametrize("others", range(8))
def test_gives_every_corner_its_room(others: int) -> None:
    places = triangle(others)
    assert len(places.others) == others
    assert sum(places.others) == pytest.approx(others * (places.coachee + places.coach) / 2)
    assert all(b - a >= 60 for a, b in zip(places.others, places.others[1:], strict=False))
    assert all(60 <= y <= places.height - 60
               for y in (*places.others, places.coachee, places.coach))
    assert places.coach - places.coachee >= 120


def test_marks_moments_along_the_line_and_leaves_out_what_has_none() -> None:
    last = NOW + timedelta(days=10)
    found = dots([("asked", NOW), ("opened", None), ("reminded", NOW + timedelta(days=5)),
                  ("signed", last)], NOW, last)
    assert [(dot.kind, dot.x) for dot in found] == [
        ("asked", "3.00%"), ("reminded", "50.00%"), ("signed", "97.00%")]
    assert [dot.x for dot in dots([("asked", NOW)], NOW, NOW)] == ["3.00%"]


def test_says_who_is_bound_to_whom_in_picture_and_table(world: World, app: Flask) -> None:
    set_table(world, "eli")
    ben_signs(world)
    vouch_for(world)
    page = page_of(world, app)
    assert "In force: 1 of 4 agreements." in page.text
    assert rows(page, "rel-h") == [
        ["You and Ben Adler", "Confidentiality terms", "In force"],
        ["Carla Conti, sponsor", "Three-way agreement with Carla Conti", "Waiting"],
        ["Dev Desai, manager", "signs nothing", ""],
        ["Eli Engel, assistant", "Limited terms for an assistant with Eli Engel", "Waiting"],
        ["Gus Groth, supporting person", "Terms for a supporting person with Gus Groth",
         "Waiting"]]
    picture = page.soup.select_one("svg[aria-labelledby='rel-t rel-d']")
    assert picture is not None
    assert len(picture.select(".bond--holds")) == 1
    assert len(picture.select(".bond--waits")) == 6
    assert picture.select_one("title")
    drawn = " ".join(text.get_text() for text in picture.find_all("text"))
    for name in ("Ben Adler", "You", "Carla Conti", "Dev Desai", "Eli Engel", "Gus Groth"):
        assert name in drawn


def test_says_for_whom_one_waits_longest(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    assert "For whom you wait" not in page_of(world, app).text
    issue(world)
    opened(world)
    world.clock.move(days=3)
    _remind(world)
    world.clock.move(days=2)
    page = page_of(world, app)
    assert "You have waited longest for Ben Adler: since 23 Nov 2026." in page.soup.get_text()
    assert rows(page, "wait-h") == [
        ["Ben Adler, coachee", "23 Nov 2026", "Opened on 23 Nov 2026. Reminded on 26 Nov 2026."]]
    line = page.soup.select_one(".days > ul > li > svg")
    assert line is not None
    assert len(line.find_all("svg")) == 3


def test_says_that_nobody_is_waited_for(world: World, app: Flask) -> None:
    conclude(world)
    page = page_of(world, app)
    assert "Everybody whose mail went out has signed." in page.text
    assert rows(page, "wait-h") == [
        ["Ben Adler, coachee", "23 Nov 2026", "Signed on 23 Nov 2026."]]


def test_puts_whom_one_waits_for_before_who_has_signed(world: World) -> None:
    set_table(world, "eli")
    ben_signs(world)
    world.clock.move(days=1)
    opened(world, "eli")
    with world.ground.work(writes=False, actor=world.coach()) as work:
        line = waiting_line(sheet_of(work, world.ids["engagement"]), work.now)
    assert line is not None
    assert [(wait.name, wait.signed_at is None) for wait in line.waits] == [
        ("Eli Engel", True), ("Ben Adler", False)]
    assert line.longest is line.waits[0]


def _remind(world: World) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        remind(work, engagement, party_by_id(work, engagement, world.ids["ben.party"]))


@pytest.mark.parametrize("days", [2, 20])
def test_z4_draws_a_decline_like_silence(empty_database: str, tmp_path: Path, days: int) -> None:
    drawn: list[list[str]] = []
    for declined in (False, True):
        folder = tmp_path / str(declined)
        folder.mkdir()
        with a_world(empty_database, folder) as (world, app):
            set_table(world)
            if declined:
                with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
                    for code in ("T1", "T2", "T3", "T4"):
                        decline(work, world.ids[code])
            world.clock.move(days=1)
            _remind(world)
            run_job(world.ground, "deadlines")
            world.clock.move(days=days)
            sections: list[Tag] = page_of(world, app).soup.select(".glance section")
            drawn.append([told_alike(str(section)) for section in sections])
    assert drawn[0]
    assert drawn[0] == drawn[1]
