"""The terms of every draft on one screen, and one signature for all that is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.agreements.queries import standing_of_one
from portal.issuing import actions as issuing
from portal.issuing.queries import texts_of
from portal.reaching.actions import recall
from portal.signing.actions import decline
from tests.builders import World, add_engagement, add_party, add_practice, issue, opened
from tests.cast import ANA, ANSWERS, CARLA, ELI, GUS, OWN_ANSWERS
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page


@pytest.fixture
def named(world: World) -> World:
    """Give a world in which Ana has named everybody and answered nothing for their texts."""
    add_practice(world)
    add_engagement(world)
    for role, who in (("SPONSOR", CARLA), ("ASSISTANT", ELI), ("SUPPORTER", GUS)):
        add_party(world, role, who)
    return world


def filled(changes: dict[str, str] | None = None) -> dict[str, str]:
    values = {f"q_{key.replace('.', '_')}": text for key, text in ANSWERS.items()}
    return values | {"own_1_sponsor_wishes": OWN_ANSWERS["T2"]["sponsor.wishes"],
                     "own_3_support_task": OWN_ANSWERS["T4"]["support_task"]} | (changes or {})


def settle(browser: Browser, path: str, changes: dict[str, str] | None = None) -> Page:
    return browser.post(path, filled(changes), page=browser.get(path))


def terms(world: World) -> str:
    return f"/engagements/{world.ids['engagement']}/terms"


def test_signs_everything_that_was_settled_on_one_screen_with_one_code(
    named: World, app: Flask
) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    look = settle(ana, terms(named))
    assert look.response.request.path.endswith("/issue")
    for title in ("Coachee confidentiality terms", "Three-way sponsor agreement"):
        assert title in look.text
    assert OWN_ANSWERS["T2"]["sponsor.wishes"] in look.text
    ana.post(look.response.request.path, {"name": ANA.name, "code": named.fresh_code("ana")},
             page=look)
    with named.ground.work(writes=False) as work:
        standing = standing_of_one(work, named.ids["engagement"])
        issued = sorted(standing.agreements[v.agreement_id].template_code
                        for v in standing.versions)
        assert issued == ["T1", "T2", "T3", "T4"]
        assert all(len(version.signed) == 1 for version in standing.versions)


def test_asks_again_for_what_one_text_lacks_and_keeps_the_rest(named: World, app: Flask) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    again = settle(ana, terms(named), {"own_1_sponsor_wishes": "", "q_breach_hours": "24"})
    assert again.status == 422
    assert again.fields(terms(named))["q_breach_hours"] == "24"
    assert "own_1_sponsor_wishes" in str(again.soup.select_one(".errsum"))


def test_begins_no_text_on_a_day_from_which_it_would_leave_the_calendar(
    named: World, app: Flask
) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    again = settle(ana, terms(named), {"starts_on": "9999-12-31"})
    assert again.status == 422
    assert "Enter a day as in 2027-05-31." in str(again.soup.select_one(".errsum"))
    assert ana.get(terms(named)).status == 200


def test_lets_a_text_wait_without_its_answers(named: World, app: Flask) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    look = settle(ana, terms(named), {"own_1_sponsor_wishes": "", "later_1": "y"})
    assert look.response.request.path.endswith("/issue")
    assert "Three-way sponsor agreement" not in look.text
    assert ana.get(terms(named)).fields(terms(named))["later_1"] == "y"


def test_leaves_out_a_line_of_one_text_alone(named: World, app: Flask) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    page = ana.get(terms(named))
    values = {key: text for key, text in page.fields(terms(named)).items()
              if key != "offer_1_goals"}
    assert len(values) == len(page.fields(terms(named))) - 1
    look = ana.post(terms(named), values | filled())
    assert "the agreed goals" not in look.text
    assert "the progress towards the goals" in look.text


@pytest.mark.parametrize("over", ["recalled", "not concluded", "declined and recalled"])
def test_prepares_a_new_text_where_the_last_one_is_over(
    world: World, app: Flask, over: str
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    ana = Browser(app).be(world, "ana", "coach")
    assert "is out or in force" in ana.get(terms(world)).text
    if over == "declined and recalled":
        opened(world)
        with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
            decline(work, world.ids["version"])
    if over == "not concluded":
        world.clock.move(days=20)
        ana.be(world, "ana", "coach")
    else:
        ana.post(f"/engagements/{world.ids['engagement']}/versions/{world.ids['version']}/recall")
    look = settle(ana, terms(world))
    assert look.response.request.path.endswith("/issue")
    ana.post(look.response.request.path, {"name": ANA.name, "code": world.fresh_code("ana")},
             page=look)
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        assert [version.number for version in standing.versions] == [1, 2]


def test_z4_prepares_nothing_beside_a_text_that_was_declined_before_its_day(
    world: World, app: Flask
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    ana = Browser(app).be(world, "ana", "coach")
    before = ana.get(terms(world)).text
    opened(world)
    with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
        decline(work, world.ids["version"])
    assert ana.get(terms(world)).text == before


def test_prepares_a_new_text_beside_one_that_is_left_for_later(named: World, app: Flask) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    later = settle(ana, terms(named), {"later_3": "y"})
    ana.post(later.response.request.path, {"name": ANA.name, "code": named.fresh_code("ana")},
             page=later)
    sponsored = "Three-way sponsor agreement"
    assert sponsored not in ana.get(terms(named)).text
    with named.ground.work(writes=True, actor=named.coach()) as work:
        engagement = issuing.own(work, named.ids["engagement"])
        for text in texts_of(work, engagement).all:
            newest = texts_of(work, engagement).standing.newest(text.material.agreement.id)
            if text.material.template.code == "T2" and newest is not None:
                recall(work, engagement, newest.version_id)
    assert sponsored in ana.get(terms(named)).text


def test_z15_signs_what_the_page_showed_and_nothing_else(named: World, app: Flask) -> None:
    ana = Browser(app).be(named, "ana", "coach")
    look = settle(ana, terms(named))
    settle(ana, terms(named), {"own_1_sponsor_wishes": "whether people come"})
    path, code = look.response.request.path, named.fresh_code("ana")
    stale = ana.post(path, {"name": ANA.name, "code": code}, page=look)
    assert stale.status == 409
    assert "whether people come" in stale.text
    assert "your code was not used" in stale.text
    with named.ground.work(writes=False) as work:
        assert standing_of_one(work, named.ids["engagement"]).versions == []
    ana.post(path, {"name": ANA.name, "code": code}, page=stale)
    with named.ground.work(writes=False) as work:
        assert len(standing_of_one(work, named.ids["engagement"]).versions) == 4
