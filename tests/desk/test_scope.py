"""Who may see what, until when: for the coach of the engagement and the coachee alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from portal.agreements.models import Signature
from portal.people.models import Person
from portal.sharing.policy.codes import CLASSES
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    conclude,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import BEN, CARLA, DEV, ELI, GUS
from tests.pages import BASE, Browser, Page
from tests.sharing.table import seat_everyone
from tests.web.stage import a_world

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="module")
def table(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Flask]]:
    """Give a table at which T1 to T4 are in force; Ben said yes to everything but one line."""
    with a_world(empty_database, tmp_path_factory.mktemp("table")) as (world, app):
        seat_everyone(world)
        yield world, app


def pages(table: tuple[World, Flask]) -> tuple[Page, Page]:
    """Return the page as coach and as coachee see it."""
    world, app = table
    return (Browser(app).be(world, "ana", "coach").get(
                f"/engagements/{world.ids['engagement']}/scope"),
            Browser(app).be(world, "ben", "party").get("/p/scope"))


def cells(page: Page) -> dict[tuple[str, str], str]:
    """Return what stands in each cell, by kind of information and first name."""
    found = {}
    for drawn in page.soup.select("table.scope"):
        names = [span.get_text().split()[0] for span in drawn.select("thead th span")]
        for row in drawn.select("tbody tr"):
            head = row.select_one("th")
            assert head is not None
            kind = " ".join(head.get_text(" ").split())
            for name, cell in zip(names, row.select("td"), strict=True):
                found[kind, name] = " ".join(cell.get_text(" ").split())
    return found


def test_says_the_same_to_coach_and_coachee(table: tuple[World, Flask]) -> None:
    coach, coachee = map(cells, pages(table))
    assert coach == coachee
    assert "Sees it in part: Short summary" in coach["Agreed goals Progress", "Carla"]
    assert "Until 22 May 2027" in coach["Agreed goals Progress", "Carla"]
    assert coach["Agreed goals Progress", "Eli"] == "Does not see it."
    assert "Sees it in full: One fact" in coach["Dates, times, place, link Logistics", "Eli"]
    names = {name for _kind, name in coach}
    assert {CARLA.name.split()[0], ELI.name.split()[0], GUS.name.split()[0],
            DEV.name.split()[0]} <= names
    assert "Ben" not in names


def test_says_in_a_sentence_what_the_table_shows(table: tuple[World, Flask]) -> None:
    for page in pages(table):
        assert page.heading == "Who may see what, until when"
        seers = {name for (_kind, name), says in cells(page).items() if "Sees it" in says}
        assert page.text.count(f"{len(seers)} of those below may learn something") == 1
        assert "Central European Time" in page.text


def test_lists_what_nobody_hears_of(table: tuple[World, Flask]) -> None:
    page = pages(table)[0]
    rows = {kind for kind, _name in cells(page)}
    listed = [item.get_text() for item in page.soup.select("details li")]
    assert len(rows) + len(listed) == len(CLASSES)
    asked = {kind for (kind, _name), says in cells(page).items() if says != "Does not see it."}
    assert asked == rows
    assert "Health and wellbeing" in listed


def test_hands_the_table_out_as_a_file(table: tuple[World, Flask]) -> None:
    world, app = table
    ana = Browser(app).be(world, "ana", "coach").client
    ben = Browser(app).be(world, "ben", "party").client
    one, other = (browser.get(path, base_url=BASE) for browser, path in (
        (ana, f"/engagements/{world.ids['engagement']}/scope.csv"), (ben, "/p/scope.csv")))
    assert one.data == other.data
    assert one.headers["Content-Disposition"] == 'attachment; filename=who-may-see-what.csv'
    assert one.data.startswith("\ufeff".encode())
    lines = list(csv.DictReader(io.StringIO(one.get_data(as_text=True).removeprefix("\ufeff"))))
    people = {line["Name"] for line in lines}
    assert len(lines) == len(people) * len(CLASSES)
    [goals] = [line for line in lines if line["Name"] == CARLA.name and line["Code"] == "PRG.GOALS"]
    assert (goals["Sees it"], goals["At most"]) == ("in part", "Short summary written together")
    assert goals["Before"].endswith("+00:00")
    assert BEN.name not in people


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "=HYPERLINK(\"http://x\";\"y\")"])
def test_gives_no_spreadsheet_a_formula(table: tuple[World, Flask], name: str) -> None:
    world, app = table
    with world.ground.work(writes=True) as work:
        person = work.session.get_one(Person, world.ids["dev"])
        before = work.reveal(person, "name")
        work.hide(person, "name", name)
    text = Browser(app).be(world, "ben", "party").client.get(
        "/p/scope.csv", base_url=BASE).get_data(as_text=True)
    found = {line[2] for line in csv.reader(io.StringIO(text))}
    assert f"'{name}" in found
    assert name not in found
    with world.ground.work(writes=True) as work:
        work.hide(work.session.get_one(Person, world.ids["dev"]), "name", before)


@pytest.mark.parametrize("key", ["carla", "eli", "gus"])
def test_inv_16_is_there_for_nobody_else(table: tuple[World, Flask], key: str) -> None:
    world, app = table
    for path in ("/p/scope", "/p/scope.csv"):
        assert Browser(app).be(world, key, "party").get(path).status == 404
    assert "/p/scope" not in Browser(app).be(world, key, "party").get("/p/consents").html


def test_is_found_from_the_pages_beside_it(table: tuple[World, Flask]) -> None:
    world, app = table
    path = f"/engagements/{world.ids['engagement']}"
    ana, ben = Browser(app).be(world, "ana", "coach"), Browser(app).be(world, "ben", "party")
    assert ana.get(path).soup.select(f'a[href="{path}/scope"]')
    assert ben.get("/p/consents").soup.select('a[href="/p/scope"]')


def asked_of(world: World, browser: Browser, path: str) -> int:
    """Return how many questions a page asks of the database, once it was shown before."""
    count = 0
    assert browser.get(path).status == 200

    def counted(*_args: object) -> None:
        nonlocal count
        count += 1

    event.listen(world.ground.engine, "before_cursor_execute", counted)
    assert browser.get(path).status == 200
    event.remove(world.ground.engine, "before_cursor_execute", counted)
    return count


def test_asks_as_much_for_a_table_as_for_two(
    table: tuple[World, Flask], world: World, app: Flask
) -> None:
    conclude(world)
    few = asked_of(world, Browser(app).be(world, "ana", "coach"),
                   f"/engagements/{world.ids['engagement']}/scope")
    others, there = table
    many = asked_of(others, Browser(there).be(others, "ana", "coach"),
                    f"/engagements/{others.ids['engagement']}/scope")
    assert few == many


def test_says_what_would_stand_there(world: World, app: Flask) -> None:
    add_practice(world)
    path = f"/engagements/{add_engagement(world)}/scope"
    ana = Browser(app).be(world, "ana", "coach")
    assert "There is nobody else who could see anything." in ana.get(path).text


def test_shows_what_is_asked_before_anything_is_signed(world: World, app: Flask) -> None:
    add_practice(world)
    engagement = add_engagement(world)
    issue(world)
    opened(world)
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.get(f"/engagements/{engagement}/scope")
    assert "Nobody may learn anything from you now." in page.text
    assert set(cells(page).values()) <= {
        "asked and not in force yet", "Does not see it."}
    assert "asked and not in force yet" in cells(page).values()
    read_all(world, choice="no")
    assert isinstance(sign(world), Signature)
    # A no counts once the text does; until then the coach is told nothing of it.
    assert cells(ana.get(f"/engagements/{engagement}/scope")) == cells(page)
    vouch_for(world)
    assert cells(ana.get(f"/engagements/{engagement}/scope")) != cells(page)
