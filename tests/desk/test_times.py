"""A coach's page about time: late, asleep, running, and what each needs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from bench.board import queries
from bench.crowd import add_crowd
from portal.desk.actions import rebuild_board
from portal.desk.policy.look import scope_of
from portal.desk.queries.days import next_days
from portal.notices.models import Notice
from tests.builders import World, add_colleague, add_practice, conclude
from tests.cast import DORA
from tests.desk.board import assert_same
from tests.pages import Browser
from tests.reviewing import first_review, go_to, says

if TYPE_CHECKING:
    from flask import Flask

DAY = timedelta(days=1)


def ana(world: World, app: Flask) -> Browser:
    return Browser(app).be(world, "ana", "coach")


def kinds(world: World, *, own: bool = True) -> list[str]:
    coach = world.coach()
    with world.ground.work(writes=False, actor=coach) as work:
        scope = scope_of("owner", coach.practice_id, coach.person_id, practice=not own)
        return [one.kind for one in next_days(work, scope)[0]]


def test_says_that_nothing_is_late_and_has_an_empty_state_for_each_list(
    world: World, app: Flask
) -> None:
    add_practice(world)
    page = ana(world, app).get("/times")
    assert page.heading == "Nothing is overdue"
    assert "Nobody owes you an answer." in page.text
    assert "Nothing is in force yet." in page.text


def test_shows_what_runs_in_a_picture_and_a_table(world: World, app: Flask) -> None:
    conclude(world)
    page = ana(world, app).get("/times")
    bars = page.soup.select(".gantt rect")
    assert [bar["class"] for bar in bars] == [["b-runs"]]
    assert len(page.soup.select(".gantt .rev")) == 1
    table = page.soup.find(attrs={"aria-label": "What runs until when, as a table"})
    assert table is not None
    assert "Ben Adler" in table.get_text()
    assert "Nothing comes in the next 90 days." in page.text


def test_goes_from_open_to_overdue_to_asleep_and_ends_by_itself(
    world: World, app: Flask
) -> None:
    conclude(world)
    review = first_review(world, world.ids["version"])
    go_to(world, review.opens_at + DAY)
    says(world, "COACH")
    assert kinds(world) == ["review", "sleeps"]
    assert len(ana(world, app).get("/times").soup.select(".weeks + details tbody tr")) == 13
    assert kinds(world, own=False) == [], "others of the practice see states alone (Z5)"
    assert "Last day to look at it again." in ana(world, app).get("/today").text

    go_to(world, review.due_at)
    page = ana(world, app).get("/times")
    assert page.heading == "One agreement is overdue"
    assert "Ben Adler has not answered." in page.text
    assert "You have not answered" not in page.text
    assert page.soup.find("button", string=lambda text: text and "Ask again" in text) or (
        "Ask again" in page.text)

    go_to(world, review.grace_until)
    page = ana(world, app).get("/times")
    assert page.heading == "One agreement sleeps"
    assert "If you let it end, it ends by itself on" in page.text
    assert [bar["class"] for bar in page.soup.select(".gantt rect")] == [["b-runs"], ["b-asleep"]]
    says(world, "COACHEE")
    assert ana(world, app).get("/times").heading == "Nothing is overdue"
    assert_same(world)


def test_tells_the_coach_to_answer_and_what_to_do_with_paper(world: World, app: Flask) -> None:
    conclude(world)
    review = first_review(world, world.ids["version"])
    go_to(world, review.due_at)
    text = ana(world, app).get("/times").text
    assert "You have not answered." in text
    assert "Answer yourself" in text


def test_asks_again_once_a_day(world: World, app: Flask) -> None:
    conclude(world)
    go_to(world, first_review(world, world.ids["version"]).due_at + DAY)
    coach = ana(world, app)
    path = f"/times/{world.ids['engagement']}/parties/{world.ids['ben.party']}/question"
    said = coach.post(path).text
    assert "The letter of the day asks again." in said
    assert "less than a day ago" in coach.post(path).text
    assert mails(world) == 1
    says(world, "COACHEE")
    world.clock.move(days=2)
    assert "Nothing waits there any more." in ana(world, app).post(path).text
    assert mails(world) == 1


def mails(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(
            select(Notice.id).where(Notice.name == "review",
                                    Notice.recipient_id == world.ids["ben"])).all())


def test_asks_a_constant_number_of_questions(world: World, app: Flask) -> None:
    """Whether two texts run or two hundred, and for a calendar too."""
    add_practice(world)
    counted = []
    for more in (2, 8, 40):
        add_crowd(world.ground, world.ids["ana.practice"], world.ids["ana"], more)
        rebuild_board(world.ground)
        page = partial(ana(world, app).get, "/times")
        counted.append(queries(world.ground.engine, page))
    assert max(counted) <= 22
    assert max(counted) - min(counted) <= 2
    assert "Page 1 of" in ana(world, app).get("/times").text
    assert "Page 2 of" in ana(world, app).get("/times?page=2").text


def test_a_colleague_sees_nothing_of_it(world: World, app: Flask) -> None:
    conclude(world)
    add_colleague(world, DORA, "dora")
    go_to(world, first_review(world, world.ids["version"]).grace_until)
    dora = Browser(app).be(world, "dora", "coach")
    assert dora.get("/times").heading == "Nothing is overdue"
    assert "Ben Adler" not in dora.get("/times").text
    path = f"/times/{world.ids['engagement']}/parties/{world.ids['ben.party']}/question"
    assert dora.post(path).status == 404
