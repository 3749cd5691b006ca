"""The bare page: the link alone is enough to take back, and shows nothing (Z9, Z13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from portal.agreements.queries import standing_of_one
from portal.factors.models import Factor
from portal.jobs import run_job
from portal.people.models import Person
from tests.builders import World
from tests.cast import ANA, BEN, CARLA
from tests.journeys.steps import newest_link
from tests.pages import Browser, Page
from tests.people.outbox import waiting
from tests.sharing.table import seat_everyone
from tests.signing.table import states
from tests.taking.acts import entries

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def table(world: World) -> World:
    """Give a table at which everybody has signed; Ben has lost his phone."""
    seat_everyone(world)
    world.clock.move(hours=2)
    return world


def send_link(world: World, app: Flask, email: str = BEN.email) -> str:
    """Let somebody ask for their link at the front door; returns its path."""
    browser = Browser(app)
    browser.post("/lost", {"email": email}, page=browser.get("/lost"))
    run_job(world.ground, "door")
    return newest_link(world)


def behind(world: World, app: Flask, email: str = BEN.email) -> tuple[Browser, Page]:
    """Let somebody follow their link to the bare page: press the button, follow the words."""
    browser, path = Browser(app), send_link(world, app, email)
    page = browser.post(path, page=browser.get(path))
    link = page.soup.find("a", string="Take back without a code")
    assert link is not None
    return browser, browser.get(str(link["href"]))


def reference(world: World, text: str) -> str:
    with world.ground.work(writes=False) as work:
        return standing_of_one(work, world.ids["engagement"]).version(
            world.ids[text]).hash[:12].upper()


def test_z13_takes_everything_back_by_the_link_alone(table: World, app: Flask) -> None:
    ben, page = behind(table, app)
    page = ben.post("/p/take-back", {"what": "all"}, page=page)
    assert page.status == 200
    assert "Everything that you agreed to here is taken back." in page.text
    assert "(Central European" in page.text
    assert set(states(table).values()) == {"WITHDRAWN"}
    assert {one["by"] for one in entries(table, "version.withdrawn")} == {table.ids["ben.party"]}
    assert [mail.to for mail in waiting(table, "done_by_link")] == [BEN.email]
    assert [mail.to for mail in waiting(table, "taken_back")] == [ANA.email]


def test_takes_one_line_back_by_its_number(table: World, app: Flask) -> None:
    ben, page = behind(table, app)
    known = reference(table, "T2")
    typed = {"what": "line", "reference": f"{known[:4].lower()} {known[4:8]}", "line": "2"}
    for _time in range(2):
        done = ben.post("/p/take-back", typed, page=page)
        assert "The line is taken back." in done.text
    assert [one["line"] for one in entries(table, "line.withdrawn")] == [2]


@pytest.mark.parametrize(("typed", "words"), [
    ({}, "Choose what shall happen."),
    ({"what": "line"}, "Enter the reference as it stands on your copy"),
    ({"what": "line", "reference": "zz"}, "Enter the reference as it stands on your copy"),
    ({"what": "line", "line": "x"},
     "Enter the number of the line, as it stands on your copy."),
    ({"what": "line", "line": "77"}, "Enter the reference as it stands on your copy"),
])
def test_changes_nothing_without_a_whole_answer(
    table: World, app: Flask, typed: dict[str, str], words: str
) -> None:
    ben, page = behind(table, app)
    page = ben.post("/p/take-back", typed, page=page)
    assert page.status == 422
    assert words in page.text
    assert set(states(table).values()) == {"IN_FORCE"}
    assert entries(table, "line.withdrawn") == []


def test_z9_names_nothing_of_what_was_agreed(table: World, app: Flask) -> None:
    ben, page = behind(table, app)
    refused = ben.post("/p/take-back", {"what": "line", "line": "2",
                                        "reference": reference(table, "T2")[:3]}, page=page)
    done = ben.post("/p/take-back", {"what": "all"}, page=refused)
    for one in (page, refused, done):
        for secret in (CARLA.name, ANA.name, "Acme", "Three-way", "goals", "sponsor",
                       "Confidentiality"):
            assert secret not in one.text
    assert ben.get("/p/consents").response.request.path == "/lost"


def test_inv_20_is_stopped_by_no_lockout_and_no_lost_phone(table: World, app: Flask) -> None:
    with table.ground.work(writes=True) as work:
        work.session.execute(update(Factor).values(disabled_at=work.now, fails=20))
        work.session.execute(update(Person).values(fails=20))
    ben, page = behind(table, app)
    assert ben.post("/p/take-back", {"what": "all"}, page=page).status == 200
    assert set(states(table).values()) == {"WITHDRAWN"}


def test_z10_leads_from_a_dead_link_to_a_new_one(table: World, app: Flask) -> None:
    old = send_link(table, app)
    table.clock.move(hours=2)
    browser, page = behind(table, app)
    assert browser.get(old).status == 404
    assert Browser(app).get("/p/take-back").status == 404
    assert page.status == 200


def test_lets_others_step_out_by_their_link_and_then_it_is_dead(table: World, app: Flask) -> None:
    carla, page = behind(table, app, CARLA.email)
    assert not page.soup.find("input", {"name": "line"})
    page = carla.post("/p/take-back", {"what": "leave"}, page=page)
    assert "You take part no longer." in page.text
    assert states(table)["T2"] == "WITHDRAWN"
    assert states(table)["T1"] == "IN_FORCE"
    assert carla.get("/p/take-back").status == 404
    table.clock.move(hours=2)
    before = len(waiting(table, "return"))
    browser = Browser(app)
    browser.post("/lost", {"email": CARLA.email}, page=browser.get("/lost"))
    run_job(table.ground, "door")
    assert len(waiting(table, "return")) == before


def test_z14_says_by_the_link_alone_that_nothing_was_signed(table: World, app: Flask) -> None:
    ben, page = behind(table, app)
    page = ben.post("/p/take-back", {"what": "not_mine"}, page=page)
    assert "you did not sign what bears your name here" in page.text
    assert set(states(table).values()) == {"SUSPENDED"}
    ben.post("/p/take-back", {"what": "not_mine"}, page=ben.get("/p/take-back"))
    assert len(entries(table, "signature.disputed")) == 4
    assert len(waiting(table, "disputed")) == 1


def test_is_done_by_the_person_of_the_link_whoever_else_is_signed_in(
    table: World, app: Flask
) -> None:
    """Ana opens Ben's link in her own browser: it is still Ben's act, by the record."""
    ana, path = Browser(app).be(table, "ana", "coach"), send_link(table, app)
    ana.post(path, page=ana.get(path))
    ana.post("/p/take-back", {"what": "all"}, page=ana.get("/p/take-back"))
    with table.ground.work(writes=False) as work:
        ended = [event for event in standing_of_one(work, table.ids["engagement"]).events
                 if event.kind == "version.withdrawn"]
    assert {event.actor_id for event in ended} == {table.ids["ben"]}
