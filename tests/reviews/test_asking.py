"""Who is asked to look at a text again, when, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select

from portal.agreements.models import Timer
from portal.agreements.policy import Says
from portal.agreements.queries import standing_of_one
from portal.amending.actions import decline, retract
from portal.amending.models import Amendment
from portal.clockwork.models import FailingItem
from portal.desk.actions import write_board
from portal.engagements.models import Party
from portal.issuing import actions as issuing
from portal.ledger.queries import events_of
from portal.notices.models import Notice
from portal.reaching.actions import wish
from portal.reviews.actions import Pick, answer_as_party, call
from portal.reviews.jobs import attend_due, fill_timers, review_due, sweep
from portal.signing.actions import take_seat
from tests.builders import World, conclude, state_now
from tests.reviewing import first_review, go_to, says

DAY = timedelta(days=1)


def first_due(world: World) -> datetime:
    """Return when the first review of the terms is due."""
    return first_review(world, world.ids["version"]).due_at


def asked(world: World) -> Counter[str | None]:
    """Return how often each person was written to about a review."""
    with world.ground.work(writes=False) as work:
        return Counter(work.session.scalars(
            select(Notice.recipient_id).where(Notice.name.like("review%"))))


def reject(world: World) -> None:
    """Let Ana decline what Ben proposed."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        row = work.session.scalars(select(Amendment)).one()
        decline(work, issuing.own(work, world.ids["engagement"]), row.id, "It stays.")


def take_back(world: World) -> None:
    """Let Ben take back what he proposed."""
    with world.ground.work(writes=True, actor=world.party()) as work:
        retract(work, take_seat(work), work.session.scalars(select(Amendment)).one().id)


def timer(world: World) -> datetime | None:
    """Return when the engagement is due next."""
    with world.ground.work(writes=False) as work:
        return work.session.scalar(select(Timer.next_at))


def test_nobody_is_asked_before_the_review_opens(world: World) -> None:
    conclude(world)
    due = first_due(world)
    assert timer(world) == due - 14 * DAY
    go_to(world, due - 14 * DAY - timedelta(seconds=1))
    assert review_due(world.ground) == 0
    world.clock.move(seconds=1)
    assert review_due(world.ground) == 1
    assert asked(world) == {world.ids["ana"]: 1, world.ids["ben"]: 1}
    assert review_due(world.ground) == 0, "twice is once"
    assert timer(world) == due - 3 * DAY


def test_who_has_answered_is_not_written_to_again(world: World) -> None:
    conclude(world)
    due = first_due(world)
    go_to(world, due - 10 * DAY)
    review_due(world.ground)
    says(world, "COACHEE")
    for day in range(40):
        go_to(world, due + (day - 9) * DAY)
        review_due(world.ground)
    # As it opens (late, for the clockwork was down), 3 days before, on the day, a week after.
    assert asked(world) == {world.ids["ana"]: 4, world.ids["ben"]: 1}


def test_a_clockwork_that_was_down_asks_once_for_what_is_due_last(world: World) -> None:
    conclude(world)
    go_to(world, first_due(world) + 8 * DAY)
    assert review_due(world.ground) == 1
    assert asked(world) == {world.ids["ana"]: 1, world.ids["ben"]: 1}


def test_silence_counts_although_no_job_ever_ran(world: World) -> None:
    conclude(world)
    due = first_due(world)
    go_to(world, due + 14 * DAY - timedelta(seconds=1))
    assert state_now(world) == "IN_FORCE"
    world.clock.move(seconds=1)
    assert state_now(world) == "SUSPENDED"
    go_to(world, due + 74 * DAY)
    assert state_now(world) == "EXPIRED"


def test_a_late_answer_wakes_it_up(world: World) -> None:
    conclude(world)
    go_to(world, first_due(world) + 20 * DAY)
    says(world, "COACH")
    assert state_now(world) == "SUSPENDED"
    world.clock.move(days=1)
    says(world, "COACHEE")
    assert state_now(world) == "IN_FORCE"


def test_that_it_was_opened_stands_in_the_record_once_for_each(world: World) -> None:
    conclude(world)
    due = first_due(world)
    for day in (-14, -3, 0):
        go_to(world, due + day * DAY)
        review_due(world.ground)
    with world.ground.work(writes=False) as work:
        events = events_of(work, [world.ids["engagement"]])[world.ids["engagement"]]
    assert [e.subject_id for e in events if e.kind == "review.opened"] == [
        world.ids["version"]] * 2


def test_a_row_is_claimed_once_and_settled_once(world: World) -> None:
    conclude(world)
    go_to(world, first_due(world) - DAY)
    assert (sweep(world.ground), sweep(world.ground)) == (1, 0)
    assert timer(world) is None
    assert (attend_due(world.ground), attend_due(world.ground)) == (1, 0)


def test_one_that_cannot_be_attended_waits_and_holds_up_nobody(world: World) -> None:
    conclude(world)
    go_to(world, first_due(world) - DAY)
    with world.ground.work(writes=True) as work:
        lost = Timer(engagement_id="0" * 32, practice_id="0" * 32, next_at=work.now - DAY)
        work.session.add(lost)
    assert review_due(world.ground) == 1
    assert sum(asked(world).values()) == 2
    with world.ground.work(writes=False) as work:
        left = work.session.scalars(
            select(Notice).where(Notice.topic == "due", Notice.settled_at.is_(None))).all()
        (failing,) = work.session.scalars(select(FailingItem))
    assert [(row.engagement_id, row.trouble, row.attempts) for row in left] == [
        ("0" * 32, "failed", 1)]
    assert (failing.job, failing.item_id, failing.trouble) == (
        "reviews", "0" * 32, "NoResultFound")


def test_timers_of_an_upgraded_database_are_filled(world: World) -> None:
    conclude(world)
    before = timer(world)
    with world.ground.work(writes=True) as work:
        work.session.execute(delete(Timer))
    assert fill_timers(world.ground, write_board) == 1
    assert timer(world) == before
    with world.ground.work(writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Timer)) == 1


def test_an_act_just_before_the_clockwork_silences_no_question(world: World) -> None:
    conclude(world)
    go_to(world, first_due(world) - 14 * DAY)
    with world.ground.work(writes=True) as work:
        wish(work, work.session.get_one(Party, world.ids["ben.party"]), reminders=False)
    assert review_due(world.ground) == 1
    assert asked(world) == {world.ids["ana"]: 1, world.ids["ben"]: 1}
    assert timer(world) == first_due(world) - 3 * DAY


@pytest.mark.parametrize("days", [0, 20])
def test_a_review_that_is_called_for_is_asked_about_at_once(world: World, days: int) -> None:
    conclude(world)
    world.clock.move(days=1)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        engagement = issuing.own(work, world.ids["engagement"])
        facts = standing_of_one(work, engagement.id).version(world.ids["version"])
        call(work, engagement, facts, (work.now + days * DAY).date(), reason="A new sponsor.")
    review_due(world.ground)
    assert asked(world) == {world.ids["ana"]: 1, world.ids["ben"]: 1}


@pytest.mark.parametrize("ends", [reject, take_back])
def test_whose_wish_comes_to_nothing_late_is_asked_anew(
    world: World, ends: Callable[[World], None]
) -> None:
    """After the last step of asking: otherwise the text would fall asleep without a word."""
    conclude(world)
    go_to(world, first_due(world) - 5 * DAY)
    review_due(world.ground)
    says(world, "COACH")
    with world.ground.work(writes=True, actor=world.party()) as work:
        seat = take_seat(work)
        answer_as_party(work, seat, [Pick(seat.standing.version(world.ids["version"]),
                                          Says.CHANGE, "Less of it.")], step=None)
    go_to(world, first_due(world) + 12 * DAY)
    review_due(world.ground)
    before = asked(world)[world.ids["ben"]]
    ends(world)
    review_due(world.ground)
    assert asked(world)[world.ids["ben"]] == before + 1
    assert review_due(world.ground) == 0, "twice is once"
