"""Whoever is asked can say no, be the wrong person, come too late, and be asked anew: over HTTP,
for coachee, sponsor, assistant and supporter alike."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.jobs import run_job
from portal.notices.models import Notice
from tests.builders import World, issue
from tests.cast import ANA, BEN, CARLA, ELI, GUS
from tests.pages import Browser, Page
from tests.signing.table import link_of, set_table, states

if TYPE_CHECKING:
    from flask import Flask

    from tests.cast import Character

#: Who signs what beside the coach.
EVERYONE: dict[str, tuple[Character, str]] = {
    "ben": (BEN, "T1"), "carla": (CARLA, "T2"), "eli": (ELI, "T3"), "gus": (GUS, "T4")}
DEAD = "This link does not work"
everyone = pytest.mark.parametrize("key", EVERYONE)


@pytest.fixture
def asked(world: World) -> World:
    """Give a world in which everybody at Ben's table has a link, and nobody has answered."""
    set_table(world, "carla", "eli", "gus")
    world.clock.move(hours=1)
    return world


def enter(world: World, app: Flask, key: str, who: str = "me") -> tuple[Browser, Page]:
    """Let somebody press the button behind their newest link, and say who they are."""
    browser, path = Browser(app), link_of(world, EVERYONE[key][0].name)
    page = browser.post(path, page=browser.get(path))
    return browser, browser.post("/p/who", {"who": who}, page=page)


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def path_of(world: World, key: str) -> str:
    """Return where the coach takes care of somebody who was asked."""
    return f"/engagements/{world.ids['engagement']}/parties/{world.ids[f'{key}.party']}"


def board(world: World, app: Flask, key: str, state: str = "all") -> str:
    """Return the words of the row of somebody's own text on the coach's board."""
    page = ana(world, app).get(f"/today?state={state}")
    beside = "" if key == "ben" else f", with {EVERYONE[key][0].name}"
    [row] = [row for row in page.soup.select("ul.waits > li")
             if any(a.get_text() == f"{BEN.name}{beside}" for a in row.find_all("a"))]
    return " ".join(row.get_text(" ").split())


def declines(world: World, app: Flask, key: str) -> Page:
    """Let somebody come in by the link and decline their own text."""
    browser, _page = enter(world, app, key)
    path = f"/p/decline/{world.ids[EVERYONE[key][1]]}"
    return browser.post(path, {"sure": "decline"}, page=browser.get(path))


def names(world: World, who: Character) -> list[str]:
    """Return the mails and the news that somebody was sent, by their names."""
    with world.ground.work(writes=False) as work:
        rows = work.session.scalars(select(Notice).where(Notice.values_enc.is_not(None))
                                    .order_by(Notice.created_at, Notice.id))
        return [row.name for row in rows
                if json.loads(work.reveal(row, "values")).get("hello") == who.name]


def days_pass(world: World, days: int) -> None:
    world.clock.move(days=days)
    run_job(world.ground, "deadlines")


@everyone
def test_z4_declines_and_nobody_hears_of_it_before_the_day(
    asked: World, app: Flask, key: str
) -> None:
    who, text = EVERYONE[key]
    enter(asked, app, key)
    before = board(asked, app, key)
    page = declines(asked, app, key)
    assert page.heading == "You have declined to sign"
    assert "Nobody is told that you declined." in page.text
    assert states(asked)[text] == "DECLINED"
    assert board(asked, app, key) == before
    assert names(asked, who) == ["invitation"]
    assert names(asked, ANA) == []


@everyone
@pytest.mark.parametrize("declined", [True, False])
def test_z4_is_not_concluded_on_the_day_without_a_why(
    asked: World, app: Flask, key: str, declined: bool
) -> None:
    who, _text = EVERYONE[key]
    enter(asked, app, key)
    if declined:
        declines(asked, app, key)
    days_pass(asked, 15)
    row = board(asked, app, key)
    assert "Not concluded" in row
    assert not re.search("declin|refus|said no", row, re.I)
    assert names(asked, who) == ["invitation", "not_concluded"]
    assert names(asked, ANA) == ["not_concluded"]
    browser = Browser(app)
    assert browser.get(link_of(asked, who.name)).heading == DEAD


@everyone
def test_z9_ends_the_link_of_the_wrong_person_and_finds_the_right_one(
    asked: World, app: Flask, key: str
) -> None:
    who, text = EVERYONE[key]
    old = link_of(asked, who.name)
    _browser, page = enter(asked, app, key, "not_me")
    assert page.heading == "Thank you for telling us"
    assert who.name not in page.text
    assert Browser(app).get(old).heading == DEAD
    assert names(asked, ANA) == ["not_me"]
    assert "was not for them" in board(asked, app, key)
    assert states(asked)[text] in ("ISSUED", "PARTLY_SIGNED")
    before = names(asked, who)
    care = ana(asked, app)
    path = f"{path_of(asked, key)}/address"
    sent = {"email": f"{key}@elsewhere.example", "owner": "private", "read_by": "nobody"}
    assert care.post(path, sent, page=care.get(path)).status == 200
    # The mail about the changed address is written in the same instant, so no order is asked for.
    assert names(asked, who).count("invitation") == before.count("invitation") + 1
    _browser, page = enter(asked, app, key)
    assert page.response.request.path == "/p/start"


@everyone
def test_z10_shows_one_page_for_every_dead_link(asked: World, app: Flask, key: str) -> None:
    who, _text = EVERYONE[key]
    links = [link_of(asked, who.name), "/i/unknown.unknown"]
    care = ana(asked, app)
    care.post(f"{path_of(asked, key)}/link/revocation")
    assert "The link of" in board(asked, app, key)
    care.post(f"{path_of(asked, key)}/link")
    links.append(link_of(asked, who.name))
    asked.clock.move(seconds=1)
    care.post(f"{path_of(asked, key)}/link")
    newest = link_of(asked, who.name)
    assert len({*links, newest}) == 4
    pages = {Browser(app).get(link).text for link in links}
    assert len(pages) == 1
    assert pages.pop().startswith(DEAD)
    assert Browser(app).get(newest).status == 200
    days_pass(asked, 15)
    assert Browser(app).get(newest).heading == DEAD
    assert names(asked, ANA) == ["not_concluded"]


@everyone
def test_takes_a_text_back_and_asks_anew(asked: World, app: Flask, key: str) -> None:
    who, text = EVERYONE[key]
    browser, _page = enter(asked, app, key)
    old, first = link_of(asked, who.name), asked.ids[text]
    care = ana(asked, app)
    page = care.post(f"/engagements/{asked.ids['engagement']}/versions/{first}/recall")
    assert page.status == 200
    assert states(asked)[text] == "VOID"
    assert "The text was taken back." in board(asked, app, key)
    assert names(asked, who) == ["invitation"]
    # Only where nothing else waits does the link end.
    assert (Browser(app).get(old).heading == DEAD) is (key != "ben")
    decline = f"/p/decline/{first}"
    assert "does not wait any more" in browser.get(decline).text
    assert browser.get(f"/p/decline/{'0' * 32}").status == 404
    issue(asked)
    assert asked.ids[text] != first
    assert names(asked, who)[-1] == "invitation"
    _browser, page = enter(asked, app, key)
    assert page.response.request.path == "/p/start"
