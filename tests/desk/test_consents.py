"""What a coachee sees under "My consents"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.engagements.queries import parties_of
from portal.evidence.jobs import seal_due
from portal.people.queries import names_of
from tests.builders import (
    World,
    add_engagement,
    add_practice,
    conclude,
    issue,
    opened,
    read_all,
    sign,
    sign_in_ink,
    vouch_for,
)
from tests.cast import ZOE
from tests.pages import Browser, Page

if TYPE_CHECKING:
    from flask import Flask


def consents(world: World, app: Flask) -> Page:
    world.ids["ben.engagement"] = world.ids["engagement"]
    return Browser(app).be(world, "ben", "party").get("/p/consents")


def test_inv_24_names_everyone_who_can_open_something(world: World, app: Flask) -> None:
    """Whoever the portal lets in stands on the page; everybody else gets the page of nothing."""
    conclude(world)
    seal_due(world.ground)
    with world.ground.work(writes=False) as work:
        parties = parties_of(work, [world.ids["engagement"]])[world.ids["engagement"]]
        admitted = names_of(work, [party.person_id for party in parties])
    words = consents(world, app).text
    others = {name for person, name in admitted.items() if person != world.ids["ben"]}
    assert others == {"Ana Berg"}
    assert all(name in words for name in others)
    assert "Ana Berg and you: your answers and your papers. Nobody else." in words
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    path = f"/engagements/{world.ids['engagement']}"
    assert Browser(app).be(world, "ana", "coach").get(path).status == 200
    assert Browser(app).be(world, "zoe", "coach").get(path).status == 404


def test_says_until_when_and_what_was_chosen(world: World, app: Flask) -> None:
    conclude(world)
    words = consents(world, app).text
    assert "22 November 2027" in words
    assert "Fay Okafor" in words


def test_says_that_a_paper_is_being_sealed_until_it_is(world: World, app: Flask) -> None:
    conclude(world)
    page = consents(world, app)
    assert "being sealed" in page.text
    assert ".pdf" not in page.html
    seal_due(world.ground)
    assert ".pdf" in consents(world, app).html


def test_says_of_a_second_paper_only_while_the_first_is_older_than_the_voice_check(
    world: World, app: Flask
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    seal_due(world.ground)
    assert "A second PDF" not in consents(world, app).text
    world.clock.move(minutes=1)
    vouch_for(world)
    assert "A second PDF" in consents(world, app).text
    world.clock.move(minutes=1)
    seal_due(world.ground)
    assert "A second PDF" not in consents(world, app).text


def test_says_of_no_second_paper_to_somebody_who_signed_in_ink(world: World, app: Flask) -> None:
    """Recording is the voice check, and the first paper tells it already (Z26)."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    sign_in_ink(world)
    world.clock.move(minutes=1)
    seal_due(world.ground)
    assert ".pdf" in (page := consents(world, app)).html
    assert "A second PDF" not in page.text


def test_helps_where_nothing_was_signed_yet(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    assert "You have not agreed to anything now." in consents(world, app).text
