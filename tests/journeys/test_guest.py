"""A guest is brought into one session, signs, and has nothing open once it is over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from portal.engagements.models import Party
from portal.evidence.jobs import seal_due
from tests.builders import World, add_practice
from tests.cast import ANA, BEN, GUS
from tests.journeys.steps import come_in, invite, newest_link, read_on, sign_in
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

GUEST = {"name": GUS.name, "email": GUS.email, "owner": "private", "read_by": "nobody",
         "topic": "the hand-over of the team", "mode": "when_asked"}


def sign_sheet(world: World, browser: Browser, key: str, name: str, check: Page) -> Page:
    return browser.post("/p/sign", {"name": name, "mark": "type", "erecord": "y",
                                    "code": world.fresh_code(key)}, page=check)


@pytest.fixture
def concluded(world: World, app: Flask) -> tuple[Browser, Browser]:
    """Give Ana and Ben, at their desks, with terms in force."""
    add_practice(world, answers=None)
    ana, ben = Browser(app), Browser(app)
    sign_in(world, ana)
    engagement = invite(world, ana)
    come_in(world, ben)
    signed = sign_sheet(world, ben, "ben", BEN.name, read_on(ben)[0])
    digits = "".join(signed.soup.find(class_="digits").find("span").get_text().split())
    path = f"{engagement}/parties/{world.ids['ben.party']}/vouching"
    assert ana.post(path, {"digits": digits, "how": "video"}, page=ana.get(path)).status == 200
    return ana, ben


def plan_for(ana: Browser, engagement: str) -> str:
    """Let Ana plan a session; returns its path."""
    path = f"{engagement}/sessions/new"
    page = ana.post(path, {"day": "2026-12-07", "start": "10:00", "end": "11:30",
                           "place": "Lindengasse 1"}, page=ana.get(path))
    return str(page.response.request.path)


def remember_guest(world: World) -> None:
    with world.ground.work(writes=False) as work:
        party = next(p for p in work.session.query(Party) if p.role == "GUEST")
        world.ids |= {"gus": party.person_id, "gus.party": party.id,
                      "gus.practice": party.practice_id, "gus.engagement": party.engagement_id}


def ask_for_gus(world: World, ana: Browser, session: str) -> Page:
    """Let Ana name Gus, look at the addendum, and sign and send it."""
    look = ana.post(f"{session}/guest", GUEST, page=ana.get(f"{session}/guest"))
    assert look.response.request.path.endswith("/issue")
    assert "the hand-over of the team" in look.text
    remember_guest(world)
    return ana.post(look.response.request.path, {"name": ANA.name,
                                                 "code": world.fresh_code("ana")}, page=look)


def ben_reads(world: World, ben: Browser, choice: str) -> Page:
    """Let Ben come in again, read the addendum and answer for Gus."""
    world.clock.move(seconds=1)
    path = newest_link(world)
    page = ben.post(path, page=ben.get(path))
    if page.response.request.path == "/p/who":
        page = ben.post("/p/who", {"who": "me"}, page=page)
    if page.response.request.path == "/p/code":
        page = ben.post("/p/code", {"code": world.fresh_code("ben")}, page=page)
    check, pages = read_on(ben, choice)
    assert pages <= 3
    return check


def gus_comes_in(world: World, gus: Browser) -> Page:
    world.clock.move(seconds=1)
    path = newest_link(world)
    page = gus.post(path, page=gus.get(path))
    return gus.post("/p/who", {"who": "me"}, page=page)


def test_brings_a_guest_into_one_session_and_lets_nothing_open_after_it(
    world: World, app: Flask, concluded: tuple[Browser, Browser]
) -> None:
    ana, ben = concluded
    gus, engagement = Browser(app), f"/engagements/{world.ids['engagement']}"
    session = plan_for(ana, engagement)
    assert ask_for_gus(world, ana, session).status == 200
    assert "waits for signatures" in ana.get(session).text
    sign_sheet(world, ben, "ben", BEN.name, ben_reads(world, ben, "yes"))
    assert GUS.name not in ben.get("/p/sessions").text

    gus_comes_in(world, gus)
    check, pages = read_on(gus)
    assert pages <= 2
    signed = sign_sheet(world, gus, "gus", GUS.name, check)
    assert signed.response.request.path.startswith("/p/agreements/")
    assert ana.get(engagement).heading == "One more agreement begins on 7 Dec 2026"
    seal_due(world.ground)
    for browser in (gus, ben):
        page = browser.get("/p/sessions")
        assert f"{GUS.name} , guest speaks when asked" in page.text
        assert "Lindengasse 1" in page.text
    assert f"{GUS.name} , guest speaks when asked" in ana.get(session).text

    world.clock.move(days=14, hours=-1)
    gus.be(world, "gus", "party")
    assert "Lindengasse 1" in gus.get("/p/sessions").text
    world.clock.move(hours=3)
    gus.be(world, "gus", "party")
    page = gus.get("/p/sessions")
    assert "has ended by itself" in page.text
    assert not [word for word in ("Lindengasse", BEN.name, "speaks when asked")
                if word in page.text]
    assert gus.post(f"/p/sessions/{session.rsplit('/', 1)[1]}/leaving").status == 404
    page = gus.get("/p/consents")
    assert "You have not agreed to anything now." in page.text
    assert "Ended. Special-session addendum" in page.text


def test_lets_nobody_in_whom_the_coachee_does_not_want(
    world: World, app: Flask, concluded: tuple[Browser, Browser]
) -> None:
    ana, ben = concluded
    session = plan_for(ana, f"/engagements/{world.ids['engagement']}")
    ask_for_gus(world, ana, session)
    asked = newest_link(world)
    check = ben_reads(world, ben, "no")
    path = str(check.soup.find("a", href=re.compile("^/p/decline/"))["href"])
    ben.post(path, {"sure": "decline"}, page=ben.get(path))
    assert newest_link(world) == asked
    assert GUS.name not in ana.get(session).text
    assert GUS.name not in ben.get("/p/sessions").text
