"""A page for each reader, in words that a tired person understands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.desk.views.guide import READERS
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    add_table,
    conclude,
    issue,
    opened,
    read_all,
    sign,
)
from tests.journeys.steps import newest_link
from tests.pages import Browser, Page
from tests.wording.test_reading_grade import _grade as grade

if TYPE_CHECKING:
    from flask import Flask

DOCUMENTS = Path(__file__).parents[2] / "docs"
#: What one screen of a telephone's browser holds after one swipe or two.
ONE_SCREEN = 320


def prose(reader: str) -> str:
    return (DOCUMENTS / f"{reader}.md").read_text(encoding="utf-8").partition("\n")[2]


@pytest.mark.parametrize("reader", READERS)
def test_keeps_each_page_short_and_plain(reader: str) -> None:
    assert len(prose(reader).split()) <= ONE_SCREEN
    paragraphs = [part for part in prose(reader).split("\n\n") if part.strip()]
    hard = {part[:30]: round(grade(part.replace("*", "")), 1) for part in paragraphs
            if grade(part.replace("*", "")) > 9}
    assert hard == {}


@pytest.mark.parametrize("reader", READERS)
def test_shows_each_document_as_a_page(reader: str, app: Flask) -> None:
    page = Browser(app).get(f"/guide/{reader}")
    assert page.status == 200
    leads = [part.split("**")[1] for part in prose(reader).split("\n\n") if part.startswith("**")]
    assert leads
    assert [strong.get_text() for strong in page.soup.select("main strong")] == leads


def test_knows_no_other_reader(app: Flask) -> None:
    assert Browser(app).get("/guide/settings").status == 404


def test_lets_somebody_choose_who_they_are(app: Flask) -> None:
    page = Browser(app).get("/guide")
    assert [link["href"] for link in page.soup.select("main h2 a")] == [
        f"/guide/{reader}" for reader in READERS]


#: Everybody at the table, and the page that is for them.
TABLE = (("ben", "coachee"), ("carla", "sponsor"), ("eli", "assistant"), ("gus", "supporter"))


@pytest.fixture
def table(world: World) -> World:
    """Ask everybody at the table; nobody has opened a link."""
    add_practice(world)
    world.ids["ben.engagement"] = add_table(world, "carla", "eli", "gus")
    issue(world)
    return world


def guides_on(page: Page) -> set[str]:
    return {str(link["href"]) for link in page.soup.select('a[href^="/guide"]')}


def way_back(page: Page) -> str:
    found = page.soup.select_one("a.back")
    assert found is not None, "no way back"
    return str(found["href"])


@pytest.mark.parametrize(("key", "reader"), TABLE)
def test_leads_each_reader_from_the_start_and_back(
    table: World, app: Flask, key: str, reader: str
) -> None:
    opened(table, key)
    browser = Browser(app).be(table, key, "party", "mailbox")
    start = browser.get("/p/start")
    assert guides_on(start) == {f"/guide/{reader}?next=/p/start"}
    assert len(start.soup.select(f'main a[href^="/guide/{reader}"]')) == 1
    guide = browser.get(f"/guide/{reader}?next=/p/start")
    assert guide.status == 200
    assert browser.get(way_back(guide)).heading == start.heading


@pytest.mark.parametrize(("key", "reader"), TABLE)
def test_leads_each_reader_from_what_they_signed(
    table: World, app: Flask, key: str, reader: str
) -> None:
    opened(table, key)
    read_all(table, key)
    sign(table, key)
    own = Browser(app).be(table, key, "party").get("/p/consents")
    assert guides_on(own) == {f"/guide/{reader}?next=/p/consents"}
    assert own.soup.select_one(f'main a[href^="/guide/{reader}"]') is not None


def test_loses_no_answer_on_the_way_there_and_back(table: World, app: Flask) -> None:
    opened(table)
    browser = Browser(app).be(table, "ben", "party", "mailbox")
    first = browser.get("/p/read/1")
    second = browser.post("/p/read/1", {"answer": "read"}, page=first)
    assert guides_on(second) == {"/guide/coachee?next=/p/read/2"}
    guide = browser.get("/guide/coachee?next=/p/read/2")
    assert browser.get(way_back(guide)).heading == second.heading
    ticked = browser.get("/p/read/1").soup.select_one("input[checked]")
    assert ticked is not None
    assert ticked["value"] == "read"


def test_tells_no_role_before_somebody_said_who_they_are(table: World, app: Flask) -> None:
    """Not behind the door, and not before the code: and the token goes nowhere (Z9)."""
    token, browser = newest_link(table), Browser(app)
    assert guides_on(browser.get(token)) == {"/guide"}
    who = browser.post(token, {}, page=browser.get(token))
    assert guides_on(who) == {"/guide?next=/p/who"}
    assert way_back(browser.get("/guide?next=/p/who")) == "/p/who"
    assert browser.get("/p/who").heading == who.heading


def test_leads_a_coach_from_every_page(world: World, app: Flask) -> None:
    add_practice(world)
    browser = Browser(app).be(world, "ana", "coach")
    empty = browser.get("/today")
    assert empty.soup.select_one('main a[href^="/guide/coach"]') is not None
    assert guides_on(empty) == {"/guide/coach?next=/today"}
    page = f"/engagements/{add_engagement(world)}"
    assert guides_on(browser.get(page)) == {f"/guide/coach?next={page}"}
    assert way_back(browser.get(f"/guide/coach?next={page}")) == page


def test_leads_back_from_a_form_that_was_not_right(world: World, app: Flask) -> None:
    """The readers of one's hopes are sent to an address that has no page of its own."""
    conclude(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    browser = Browser(app).be(world, "ben", "party")
    browser.post("/p/hopes", {"hope": "Clearer talks.", "ready": ""}, page=browser.get("/p/hopes"))
    wrong = browser.post("/p/hopes/readers", {}, page=browser.get("/p/hopes"))
    assert wrong.status == 422
    assert guides_on(wrong) == {"/guide/coachee?next=/p/hopes"}


@pytest.mark.parametrize("target", ["//elsewhere.example", "https://elsewhere.example", "p/start"])
def test_leads_nowhere_else(app: Flask, target: str) -> None:
    for path in ("/guide", "/guide/coach"):
        page = Browser(app).get(f"{path}?next={target}")
        assert page.soup.select_one("a.back") is None
        assert "elsewhere" not in page.html


@pytest.mark.parametrize("path", ["/guide", *(f"/guide/{reader}" for reader in READERS)])
def test_has_no_link_that_leads_astray(path: str, app: Flask) -> None:
    browser = Browser(app)
    links = {str(link["href"]) for link in
             browser.get(f"{path}?next=/lost").soup.select("a[href]")}
    assert "/lost" in links
    for link in links:
        assert browser.get(link).status == 200, link
