"""What fails each time is set aside after five tries, is shown, and stops nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from portal.clockwork.actions import Item, each
from portal.clockwork.models import FailingItem
from portal.clockwork.queries import all_set_aside, failing
from portal.engagements.queries import parties_of
from portal.evidence.models import SealedFile
from portal.ground.vault import DataKey
from portal.jobs import by_hand, run_job
from portal.notices.actions import claim, has_due
from portal.notices.models import Notice
from portal.notices.policy import LEASE
from portal.people.models import Person
from portal.reaching.actions import ask_at_door
from portal.reaching.models import DoorRequest
from tests.builders import World, add_engagement, add_practice, conclude, issue
from tests.cast import BEN, MALLORY
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Work


def names(world: World, name: str) -> list[str | None]:
    """Return the engagements in which a mail of this name was put into the outbox."""
    with world.ground.work(writes=False) as work:
        return sorted({str(row.engagement_id) for row in work.session.scalars(
            select(Notice).where(Notice.name == name))})


def tries(world: World, job: str) -> list[int]:
    with world.ground.work(writes=False) as work:
        return [row.tries for row in failing(work, job)]


def aside(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        return [row.job for row in all_set_aside(work)]


def test_rolls_the_one_back_and_does_the_others(world: World) -> None:
    add_practice(world)
    done: list[str] = []

    def act(work: Work, item: str) -> None:
        work.session.add(DoorRequest(id=item, asked_at=work.now))
        if item == "b":
            raise RuntimeError("poison")
        done.append(item)

    assert each(world.ground, "some", [Item("a"), Item("b"), Item("c")], act) == 2
    assert done == ["a", "c"]
    with world.ground.work(writes=False) as work:
        assert sorted(work.session.scalars(select(DoorRequest.id))) == ["a", "c"]
        [row] = failing(work, "some")
    assert (row.item_id, row.tries, row.trouble) == ("b", 1, "RuntimeError")


def test_tries_five_times_with_pauses_and_forgets_what_went_well_in_the_end(world: World) -> None:
    calls: list[str] = []
    poisoned = {"a", "b"}

    def act(_work: Work, item: str) -> None:
        calls.append(item)
        if item in poisoned:
            raise RuntimeError("poison")

    for _minute in range(60):
        each(world.ground, "some", [Item("a"), Item("b")], act)
        if calls.count("b") == 4:
            poisoned.discard("b")
        world.clock.move(minutes=1)
    assert calls.count("a") == 5
    assert aside(world) == ["some"]
    assert tries(world, "some") == [5]


def test_begins_nothing_new_once_it_was_told_to_stop(world: World) -> None:
    done: list[str] = []

    def act(work: Work, item: str) -> None:
        done.append(item)
        work.ground.stopping = True

    assert each(world.ground, "some", [Item("a"), Item("b")], act) == 1
    assert done == ["a"]


@pytest.fixture
def two(world: World) -> World:
    """Give two engagements whose texts nobody signs; the key of the first one is broken."""
    add_practice(world)
    for who, key in ((BEN, "ben"), (MALLORY, "mallory")):
        world.ids[f"{key}.engagement"] = add_engagement(world, who, key)
        issue(world)
    return world


def spoil(world: World, engagement: str) -> Callable[[], None]:
    """Break what a job reads of an engagement, and return how to mend it."""
    with world.ground.work(writes=True) as work:
        parties = parties_of(work, [engagement])[engagement]
        [coachee] = [party.person_id for party in parties if party.role == "COACHEE"]
        key = work.session.get_one(DataKey, work.session.get_one(Person, coachee).key_id)
        whole = bytes(key.wrapped)
        work.session.execute(update(DataKey).where(DataKey.id == key.id).values(
            wrapped=bytes(len(whole))))

    def mend() -> None:
        with world.ground.work(writes=True) as work:
            work.session.execute(update(DataKey).where(DataKey.id == key.id).values(wrapped=whole))

    return mend


def test_tells_one_engagement_of_its_deadline_although_another_fails(two: World) -> None:
    mend = spoil(two, two.ids["ben.engagement"])
    two.clock.move(days=15)
    assert run_job(two.ground, "deadlines") == 1
    assert names(two, "not_concluded") == [two.ids["mallory.engagement"]]
    for _hour in range(6):
        two.clock.move(hours=1)
        run_job(two.ground, "deadlines")
    assert aside(two) == ["deadlines"]
    mend()
    run_job(two.ground, "deadlines")
    assert len(names(two, "not_concluded")) == 1
    said = list(by_hand(two.ground, "deadlines", again=True))
    assert said == ["deadlines: 1 taken up again", "deadlines: 2 engagements looked at"]
    assert len(names(two, "not_concluded")) == 2
    assert aside(two) == []


def test_says_by_hand_what_failed(two: World) -> None:
    spoil(two, two.ids["ben.engagement"])
    two.clock.move(days=15)
    first, *more = by_hand(two.ground, "deadlines", again=False)
    assert first == "deadlines: 1 engagements looked at"
    [line] = more
    assert line.startswith(f"deadlines: {two.ids['ben.engagement']} failed 1 times with CannotOpen")


def test_answers_the_next_at_the_front_door_although_one_request_fails(two: World) -> None:
    spoil(two, two.ids["ben.engagement"])
    two.clock.move(hours=1)
    for who in (BEN, MALLORY):
        with two.ground.work(writes=True) as work:
            ask_at_door(work, who.email)
        two.clock.move(seconds=1)
    assert run_job(two.ground, "door") == 1
    with two.ground.work(writes=False) as work:
        mails = [row.engagement_id for row in work.session.scalars(
            select(Notice).where(Notice.name == "invitation"))]
    assert mails.count(two.ids["mallory.engagement"]) == 2
    assert mails.count(two.ids["ben.engagement"]) == 1
    for _minute in range(40):
        two.clock.move(minutes=1)
        run_job(two.ground, "door")
    assert tries(two, "door") == [5]
    assert aside(two) == ["door"]


@pytest.fixture
def poisoned(world: World) -> World:
    """Give a concluded agreement whose paper cannot be printed, with another one behind it."""
    conclude(world)
    with world.ground.work(writes=True) as work:
        first = work.session.scalars(select(Notice).where(Notice.topic == "seal")
                                     .order_by(Notice.due_at, Notice.id)).first()
        assert first is not None
        world.ids["poison"], world.ids["meant"] = first.id, first.subject_id or ""
        first.subject_id = "0" * 32
    return world


def sealed(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return len(work.session.scalars(select(SealedFile.id)).all())


def test_sets_a_paper_aside_that_fails_each_time_and_seals_the_next(poisoned: World) -> None:
    run_job(poisoned.ground, "seal")
    assert sealed(poisoned) > 0
    assert tries(poisoned, "seal") == [1]
    for _minute in range(40):
        poisoned.clock.move(minutes=1)
        run_job(poisoned.ground, "seal")
    assert tries(poisoned, "seal") == [5]
    assert aside(poisoned) == ["seal"]
    poisoned.clock.move(days=30)
    assert not has_due(poisoned.ground, "seal")
    with poisoned.ground.work(writes=True) as work:
        work.session.get_one(Notice, poisoned.ids["poison"]).subject_id = poisoned.ids["meant"]
    before = sealed(poisoned)
    assert list(by_hand(poisoned.ground, "seal", again=True)) == [
        "seal: 1 taken up again", "seal: 1 papers tried"]
    assert sealed(poisoned) > before
    assert aside(poisoned) == []


def test_sets_a_paper_aside_that_ends_whoever_tries_it(poisoned: World) -> None:
    """As a worker does that is killed while it prints: claimed and begun, and no more."""
    from portal.evidence.jobs.sealing import _begin

    killed = 0
    for _hour in range(10):
        due = claim(poisoned.ground, "seal")
        if due is not None and due.id == poisoned.ids["poison"]:
            killed += _begin(poisoned.ground, due)
        poisoned.clock.move(seconds=LEASE.total_seconds() * 12)
    assert killed == 5
    assert "seal" in aside(poisoned)


def test_shows_the_coach_what_was_set_aside(two: World, app: Flask) -> None:
    ana = Browser(app).be(two, "ana", "coach")
    assert "set aside" not in ana.get("/today").text
    with two.ground.work(writes=True) as work:
        for job, engagement in (("deadlines", two.ids["ben.engagement"]), ("lists", None)):
            work.session.add(FailingItem(
                job=job, item_id="1" * 32, practice_id=two.ids["ana.practice"],
                engagement_id=engagement, tries=5, trouble="RuntimeError", first_at=work.now,
                due_at=work.now, set_aside_at=work.now))
    page = ana.get("/today")
    assert f"{BEN.name} : telling that a text was not concluded, since" in page.text
    assert "making the revocation list of the seal, since" in page.text
    assert "RuntimeError" not in page.html
