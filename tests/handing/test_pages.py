"""The pages of a hand-over: the coach asks, Ben answers, an owner lets go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.evidence.jobs import seal_due
from tests.builders import World, add_colleague, add_engagement, conclude, state_now
from tests.cast import ANA, BEN, DORA, OLGA, Character
from tests.journeys.steps import newest_link
from tests.pages import Browser
from tests.people.outbox import kinds
from tests.web.stage import rows

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

NED = Character("Ned Noll", "ned@noll.example")


@pytest.fixture
def agreed(world: World) -> World:
    """Give a world in which Ana and Ben have terms in force; Dora coaches there too."""
    conclude(world)
    seal_due(world.ground)
    world.ids["ben.engagement"] = world.ids["engagement"]
    world.clock.move(minutes=1)
    add_colleague(world, DORA, "dora")
    return world


def path(world: World) -> str:
    return f"/engagements/{world.ids['ben.engagement']}/hand-over"


def ask(world: World, app: Flask) -> Page:
    ana = Browser(app).be(world, "ana", "coach")
    return ana.post(path(world), {"colleague": world.ids["dora"]}, page=ana.get(path(world)))


def test_leads_from_the_engagement_to_the_question(agreed: World, app: Flask) -> None:
    ana = Browser(app).be(agreed, "ana", "coach")
    page = ana.get(path(agreed).removesuffix("/hand-over"))
    assert path(agreed) in [a["href"] for a in page.soup.find_all("a", href=True)]
    page = ana.get(path(agreed))
    assert "colleague" not in page.fields(path(agreed))
    assert ana.post(path(agreed), page=page).status == 422
    page = ask(agreed, app)
    assert "was asked on 23 Nov 2026 whether Dora Dorn may coach" in page.text
    assert "until 7 Dec 2026" in page.text


def test_says_that_there_is_nobody_to_hand_over_to(world: World, app: Flask) -> None:
    conclude(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    page = Browser(app).be(world, "ana", "coach").get(path(world))
    assert "Nobody else coaches at this practice." in page.text


def test_takes_the_question_back(agreed: World, app: Flask) -> None:
    ask(agreed, app)
    ana = Browser(app).be(agreed, "ana", "coach")
    page = ana.post(f"{path(agreed)}/revocation", page=ana.get(path(agreed)))
    assert "taken back" in page.text
    ben = Browser(app).be(agreed, "ben", "party")
    assert ben.get("/p/hand-over", follow=False).location == "/p"
    assert ana.post(f"{path(agreed)}/revocation").status == 409


def test_brings_ben_from_the_mail_to_his_answer(agreed: World, app: Flask) -> None:
    ask(agreed, app)
    ben = Browser(app)
    page = ben.post(link := newest_link(agreed), page=ben.get(link))
    page = ben.post("/p/who", {"who": "me"}, page=page)
    page = ben.post("/p/code", {"code": agreed.fresh_code("ben")}, page=page)
    assert page.response.request.path == "/p/consents"
    assert "May Dora Dorn coach you from now on?" in page.text
    page = ben.get("/p/hand-over")
    assert "answer" not in page.fields("/p/hand-over")
    for said in (f"{ANA.name} of Berg Coaching asks you", "This ends: ",
                 "still sees how far your agreements are", "“not handed over”"):
        assert said in page.text, said
    assert ben.post("/p/hand-over", page=page).status == 422
    assert state_now(agreed) == "IN_FORCE"
    page = ben.post("/p/hand-over", {"answer": "yes"}, page=page)
    assert "Dora Dorn coaches you from now on." in page.text
    assert state_now(agreed) == "WITHDRAWN"
    assert "May Dora Dorn" not in page.text


@pytest.mark.parametrize("said, words", [
    ("no", "Nothing changes."), ("talk", "You can still answer here.")])
def test_takes_a_no_and_a_wish_to_talk(
    agreed: World, app: Flask, said: str, words: str
) -> None:
    ask(agreed, app)
    ben = Browser(app).be(agreed, "ben", "party")
    page = ben.post("/p/hand-over", {"answer": said}, page=ben.get("/p/hand-over"))
    assert words in page.text
    assert state_now(agreed) == "IN_FORCE"
    assert (ben.get("/p/hand-over", follow=False).status == 200) == (said == "talk")
    shown = Browser(app).be(agreed, "ana", "coach").get(path(agreed)).text
    assert ("wants to talk about it first" in shown) == (said == "talk")
    assert "was asked on" in shown


def test_z9_changes_nothing_when_a_machine_presses_the_button(
    agreed: World, app: Flask
) -> None:
    ask(agreed, app)
    ben = Browser(app).be(agreed, "ben", "party")
    page = ben.get("/p/hand-over")
    before = rows(agreed.ground.engine)
    assert ben.post("/p/hand-over", page.fields("/p/hand-over")).status == 422
    assert rows(agreed.ground.engine) == before


def test_asks_nobody_but_the_coachee_of_this_engagement(agreed: World, app: Flask) -> None:
    ask(agreed, app)
    agreed.ids["ned.engagement"] = add_engagement(agreed, NED, "ned")
    ned = Browser(app).be(agreed, "ned", "party")
    assert ned.get("/p/hand-over", follow=False).location == "/p"
    ned.post("/p/hand-over", {"answer": "yes"})
    assert "hand_over.accepted" not in kinds(agreed, agreed.ids["ben.engagement"])
    by_link = Browser(app).be(agreed, "ben", "party", "mailbox")
    assert by_link.get("/p/hand-over", follow=False).location.startswith("/lost")


def test_says_which_engagements_have_to_be_handed_over_first(agreed: World, app: Flask) -> None:
    add_colleague(agreed, OLGA, "olga", "owner")
    olga = Browser(app).be(agreed, "olga", "coach")
    end = f"/practice/people/{agreed.ids['ana.account']}/end"
    page = olga.get(end)
    assert "One engagement needs a coach first" in page.text
    assert BEN.name in page.text
    page = olga.post(end, {"sure": "wait"}, page=page)
    assert "Nothing was changed." in page.text
    ana = Browser(app).be(agreed, "ana", "coach")
    own = ana.get(end)
    assert "Hand them over" in own.text
    assert not own.soup.select("main form")
    assert ana.post(end, {"sure": "end"}).status == 409
    page = olga.post(end, {"sure": "end"}, page=olga.get(end))
    assert page.response.request.path == "/practice/without-coach"
    assert BEN.name in page.text
    assert ana.get("/today", follow=False).location.startswith("/sign-in")
    page = olga.get(path(agreed))
    page = olga.post(path(agreed), {"colleague": agreed.ids["dora"]}, page=page)
    assert "was asked on" in page.text
    assert "not answered yet" in olga.get("/practice/without-coach").text
