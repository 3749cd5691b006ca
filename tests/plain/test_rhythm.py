"""Reminders come on their days, once, whatever the clockwork slept through (domain 2.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.plain.rhythm import INVITATION, REVIEW, Rhythm, due_beat

VIENNA = "Europe/Vienna"
T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
#: The end of 30 November 2027 in Vienna: a review is due on that day.
END = datetime(2027, 11, 30, 23, tzinfo=UTC)
GRACE = END + timedelta(days=14)


@pytest.mark.parametrize(("days", "last", "due"), [
    (2.99, None, None),
    (3, None, 3),
    (6.99, None, 3),
    (7, None, 7),  # the third day was slept through
    (12, None, 12),
    (40, None, 12),
    (40, 12, None),
    (3.1, 3, None),
    (7, 3, 7),
    (7, 6.9, None),  # less than a pause before
    (7, 6.1, 7),
    (8, 7.5, None),  # somebody else reminded after it had come
])
def test_reminds_of_an_invitation_on_its_days(
    days: float, last: float | None, due: int | None
) -> None:
    found = due_beat(INVITATION, T0, VIENNA, T0 + timedelta(days=days), pause=timedelta(hours=20),
                     last=None if last is None else T0 + timedelta(days=last))
    assert (found.day if found else None) == due


@pytest.mark.parametrize(("now", "due"), [
    ("2027-11-16 22:59", None),
    ("2027-11-16 23:00", -14),
    ("2027-11-27 23:00", -3),
    ("2027-11-29 23:00", -1),  # the due day begins
    ("2027-11-30 23:00", -1),
    ("2027-12-07 22:59", -1),
    ("2027-12-07 23:00", 7),
    ("2027-12-14 22:59", 7),
    ("2027-12-14 23:00", None),  # the grace is over
])
def test_reminds_of_a_review_before_it_on_the_day_and_weekly_in_grace(
    now: str, due: int | None
) -> None:
    at = datetime.fromisoformat(f"{now}+00:00")
    found = due_beat(REVIEW, END, VIENNA, at, until=GRACE)
    assert (found.day if found else None) == due


def test_goes_on_weekly_where_nothing_ends_it() -> None:
    for week in range(1, 60):
        found = due_beat(REVIEW, END, VIENNA, END + timedelta(days=7 * week, hours=2))
        assert found is not None
        assert found.day == 7 * week


@pytest.mark.parametrize(("anchor", "at"), [
    ("2027-03-26 09:00", "2027-03-29 08:00"),  # summer time began on the 28th
    ("2027-10-29 08:00", "2027-11-01 09:00"),  # and ended on the 31st
    ("2028-02-27 09:00", "2028-03-01 09:00"),  # over a leap day
    ("2027-03-25 01:30", "2027-03-28 01:30"),  # a time that the clock on the wall left out
])
def test_counts_days_by_the_clock_on_the_wall(anchor: str, at: str) -> None:
    begun = datetime.fromisoformat(f"{anchor}+00:00")
    found = due_beat(INVITATION, begun, VIENNA, begun + timedelta(days=3, hours=2))
    assert found is not None
    assert f"{found.at:%Y-%m-%d %H:%M}" == at


@given(st.lists(st.integers(0, 30 * 24), max_size=40), st.sampled_from([INVITATION, REVIEW]))
def test_says_nothing_twice_however_the_clockwork_sleeps(
    hours: list[int], rhythm: Rhythm
) -> None:
    told: list[tuple[int, datetime]] = []
    for hour in sorted(hours):
        now = T0 + timedelta(hours=hour)
        beat = due_beat(rhythm, T0, VIENNA, now, last=told[-1][1] if told else None)
        if beat is not None:
            assert beat.at <= now
            told.append((beat.day, now))
    days = [day for day, _at in told]
    assert days == sorted(set(days))
    assert len(days) <= len(rhythm.days) + (5 if rhythm.every else 0)
