"""One question between reviews: asked monthly where the text says so, and nothing hangs on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from portal.agreements.policy import check_ins, reviews
from portal.agreements.queries import standing_of_one
from portal.ledger.queries import told_of
from portal.reviews.jobs import review_due
from tests.builders import World
from tests.cast import ANA, BEN, ELI
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.reviewing import go_to
from tests.sharing.table import seat_everyone
from tests.signing.table import states

if TYPE_CHECKING:
    from flask import Flask

    from portal.agreements.policy import CheckIn

MONTH = "check_in"


@pytest.fixture
def month(world: World) -> World:
    """Give everybody at the table, a month after the assistant's text began."""
    seat_everyone(world)
    for key in ("ben", "eli", "carla"):
        world.ids.setdefault(f"{key}.engagement", world.ids["engagement"])
    go_to(world, asked_in(world)[0].opens_at + timedelta(hours=10))
    review_due(world.ground)
    return world


def asked_in(world: World, key: str = "T3") -> list[CheckIn]:
    """Return the check-ins of a text."""
    with world.ground.work(writes=False) as work:
        return check_ins(standing_of_one(work, world.ids["engagement"]).version(world.ids[key]))


def told(world: World) -> list[str]:
    """Return what was answered, as the record has it."""
    with world.ground.work(writes=False) as work:
        lines = told_of(work, [world.ids["engagement"]], ("check_in.fine", "check_in.talk"))
    return [line.kind for line in lines[world.ids["engagement"]]]


def test_falls_between_the_reviews_and_only_where_the_text_says_so(world: World) -> None:
    seat_everyone(world)
    with world.ground.work(writes=False) as work:
        facts = standing_of_one(work, world.ids["engagement"]).version(world.ids["T3"])
    assert [one.key for one in check_ins(facts)] == ["m1", "m2", "m4", "m5"]
    assert [review.key for review in reviews(facts)] == ["1"]
    assert asked_in(world, "T2") == []
    assert asked_in(world)[0].opens_at.date() > date(2026, 12, 20)


def test_asks_whoever_signed_but_the_coach_once(month: World) -> None:
    review_due(month.ground)
    assert sorted(mail.to for mail in waiting(month, MONTH)) == sorted([BEN.email, ELI.email])


def test_fine_is_one_press_and_is_not_asked_again(month: World, app: Flask) -> None:
    eli = Browser(app).be(month, "eli", "party")
    page = eli.get("/p/reviews")
    assert page.response.request.path == "/p/check-in"
    assert eli.post("/p/check-in", page=page).status == 422
    page = eli.post("/p/check-in", {"feels": "fine"}, page=eli.get("/p/check-in"))
    assert "There is no question now." in page.text
    assert told(month) == ["check_in.fine"]
    assert waiting(month, "talk_wanted") == []


def test_who_would_rather_talk_has_the_coach_told(month: World, app: Flask) -> None:
    ben = Browser(app).be(month, "ben", "party")
    ben.post("/p/check-in", {"feels": "talk"}, page=ben.get("/p/check-in"))
    assert [(mail.to, mail.values["who"]) for mail in waiting(month, "talk_wanted")] == [
        (ANA.email, BEN.name)]
    story = Browser(app).be(month, "ana", "coach").get(
        f"/engagements/{month.ids['engagement']}/story")
    assert "would like to talk about" in story.text


def test_silence_changes_nothing(month: World) -> None:
    go_to(month, asked_in(month)[1].closes_at)
    assert set(states(month).values()) == {"IN_FORCE"}
    assert told(month) == []


def test_a_second_press_and_a_stranger_change_nothing(month: World, app: Flask) -> None:
    eli, carla = (Browser(app).be(month, key, "party") for key in ("eli", "carla"))
    page = eli.get("/p/check-in")
    for _press in range(2):
        eli.post("/p/check-in", {"feels": "fine"}, page=page)
    carla.post("/p/check-in", {"feels": "talk", "about": month.ids["T3"]})
    assert told(month) == ["check_in.fine"]
