"""The lost phone over HTTP: what each page offers, and to whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from tests.builders import World, conclude
from tests.journeys.steps import newest_link
from tests.pages import Browser, Page
from tests.people.outbox import waiting
from tests.returning.lost import code_of, enrolled, new_link

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def ben(world: World, app: Flask) -> Browser:
    """Give a browser of Ben's behind his link, where a code is asked for."""
    conclude(world)
    return behind(world, app)


def behind(world: World, app: Flask) -> Browser:
    """Let somebody who reads Ben's mailbox follow his newest link."""
    new_link(world)
    browser, path = Browser(app), newest_link(world)
    page = browser.post(path, page=browser.get(path))
    page = browser.post("/p/who", {"who": "me"}, page=page)
    assert page.response.request.path == "/p/code"
    return browser


def key_on(page: Page) -> str:
    """Return the key that a page shows to be typed into an app."""
    found = page.soup.find(id="secret")
    assert found is not None
    return found.get_text().replace(" ", "")


def code_for(world: World, key: str) -> str:
    """Return the next code of an app that holds a key."""
    from portal.ground.onetime import code_at

    world.clock.move(seconds=30)
    return code_at(key, world.clock.now())


def asks(world: World, ben: Browser) -> tuple[Page, str]:
    """Let Ben ask to be heard; returns the page that he waits on, and his new key."""
    page = ben.post("/p/back", {"way": "hear"}, page=ben.get("/p/back"))
    assert page.heading == "Set up a new app"
    key = key_on(page)
    return ben.post("/p/back/app", {"code": code_for(world, key)}, page=page), key


def test_goes_from_the_lost_phone_to_the_new_app(world: World, app: Flask, ben: Browser) -> None:
    link = ben.get("/p/code").soup.find("a", string="My phone is gone")
    assert link is not None
    assert link["href"] == "/p/back"
    page, key = asks(world, ben)
    assert page.heading == "Call Ana Berg and read eight digits"
    page = ben.post("/p/back/wait", page=page)
    digits = page.soup.select_one(".digits .vh")
    assert digits is not None
    read = re.sub(r"\D", "", digits.get_text())
    ana = Browser(app).be(world, "ana", "coach")
    today = ana.get("/today")
    assert "Ben Adler has lost the authenticator app" in today.text
    door = f"/engagements/{world.ids['engagement']}/parties/{world.ids['ben.party']}/vouching"
    assert today.soup.find("a", href=door) is not None
    assert ana.get(f"/engagements/{world.ids['engagement']}").soup.find("a", href=door)
    page = ana.get(door)
    assert "set up a new one" in page.text
    wrong = f"{(int(read) + 1) % 10**8:08d}"
    assert ana.post(door, {"digits": wrong, "how": "phone"}, page=page).status == 422
    page = ana.post(door, {"digits": read, "how": "phone"}, page=page)
    assert "You have heard Ben Adler. The new app counts from" in page.text
    assert "asks to be heard" not in page.text
    assert "heard the eight digits beside a new app" in ana.get(
        f"/engagements/{world.ids['engagement']}/story").text
    assert ben.get("/p/back/wait").heading == "Your new app counts from tomorrow on"
    world.clock.move(hours=24)
    later = behind(world, app)
    page = later.post("/p/code", {"code": code_for(world, key)}, page=later.get("/p/code"))
    assert page.status == 200
    assert page.response.request.path.startswith("/p/consents")


def test_shows_the_seed_and_the_digits_to_nobody_else_who_reads_the_mailbox(
    world: World, app: Flask, ben: Browser
) -> None:
    page = ben.post("/p/back", {"way": "hear"}, page=ben.get("/p/back"))
    key = key_on(page)
    assert ben.get("/p/back/app/qr.svg").status == 200
    stranger = behind(world, app)
    assert "No new app is being set up here any more." in stranger.get("/p/back/app").text
    for path in ("/p/back/app", "/p/back/wait"):
        page = stranger.get(path)
        assert page.soup.find(id="secret") is None
        assert key not in page.html
    assert stranger.get("/p/back/app/qr.svg").status == 404


def test_changes_nothing_by_a_button_alone(world: World, ben: Browser) -> None:
    assert ben.post("/p/back", page=ben.get("/p/back")).status == 422
    assert waiting(world, "way_back", "hear_anew") == []


def test_leaves_taking_back_open_on_every_page_of_the_way(world: World, ben: Browser) -> None:
    pages = [ben.get("/p/code"), ben.get("/p/back"), asks(world, ben)[0]]
    for page in pages:
        assert page.soup.find("a", href="/p/take-back") is not None
    page = ben.get("/p/take-back")
    assert ben.post("/p/take-back", {"what": "all"}, page=page).status == 200
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        facts = standing.version(world.ids["version"])
        assert state(facts, work.now) == "WITHDRAWN"


def test_cannot_be_kept_from_taking_back_by_guessing(world: World, ben: Browser) -> None:
    page = ben.get("/p/back/code")
    for _number in range(6):
        page = ben.post("/p/back/code", {"code": "AAAA-AAAA-AAAA-AAAA"}, page=page)
        assert page.status == 422
    assert "pause" in page.text
    page = ben.post("/p/take-back", {"what": "all"}, page=ben.get("/p/take-back"))
    assert page.status == 200


def test_lets_whoever_is_told_say_that_it_was_not_them(
    world: World, app: Flask, ben: Browser
) -> None:
    old = enrolled(world)
    asks(world, ben)
    [mail] = waiting(world, "way_back")
    path = "/not-me/" + mail.values["object"].rsplit("/", 1)[1]
    reader = Browser(app)
    page = reader.get(path)
    assert page.heading == "A new authenticator app at Berg Coaching"
    assert "Ben" not in page.text
    assert reader.post(path, page=page).status == 422
    assert reader.post(path, {"what": "me"}, page=page).heading == "Nothing was changed"
    assert reader.post(path, {"what": "not_me"}, page=page).heading == "It is stopped"
    assert reader.get(path).status == 404
    assert ben.get("/p/back/wait").response.request.path == "/p/code"
    page = ben.post("/p/code", {"code": code_of(world, old)}, page=ben.get("/p/code"))
    assert page.response.request.path.startswith("/p/consents")


def test_lets_whoever_finds_the_phone_stop_it(world: World, ben: Browser) -> None:
    asks(world, ben)
    page = ben.post("/p/back", {"way": "stop"}, page=ben.get("/p/back"))
    assert "It is stopped." in page.text


def test_brings_back_by_a_recovery_code_from_their_own_page(
    world: World, app: Flask
) -> None:
    conclude(world)
    own = Browser(app).be(world, "ben", "party")
    assert own.post("/p/account/codes", page=own.get("/p/account/codes")).status == 422
    page = own.post("/p/account/codes", {"ready": "y"}, page=own.get("/p/account/codes"))
    shown = [item.get_text() for item in page.soup.select("#codes li")]
    assert len(shown) == 8
    assert "8 codes left" in own.get("/p/account").text
    ben = behind(world, app)
    page = ben.post("/p/back", {"way": "code"}, page=ben.get("/p/back"))
    page = ben.post("/p/back/code", {"code": shown[0]}, page=page)
    assert page.heading == "Set up a new app"
    assert own.get("/p/account").response.request.path == "/lost"
    page = ben.post("/p/back/app", {"code": code_for(world, key_on(page))}, page=page)
    assert "Your new app counts from now on." in page.text
    assert "7 codes left" in ben.get("/p/account").text
