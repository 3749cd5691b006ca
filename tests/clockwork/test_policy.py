"""When a job is due, when the clockwork counts as stopped, when an item is set aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.clockwork.policy import after_try, is_due, is_stopped, next_run

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("minutes", "due"), [
    (0, True), (-1, True), (1, False), (61, False),
    # Whoever wrote this had a clock that went ahead by days.
    (3000, True),
])
def test_is_due_at_its_instant_and_where_a_clock_went_wrong(minutes: int, due: bool) -> None:
    assert is_due(NOW + timedelta(minutes=minutes), HOUR, NOW) is due


def test_is_not_due_early_where_a_run_holds_longer_than_its_rhythm() -> None:
    assert not is_due(NOW + timedelta(minutes=30), timedelta(minutes=5), NOW)


def test_runs_again_after_its_rhythm_and_soon_after_trouble() -> None:
    assert next_run(NOW, HOUR, failed=False) == NOW + HOUR
    assert next_run(NOW, HOUR, failed=True) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(("last", "stopped"), [
    (None, True), (NOW, False), (NOW - timedelta(minutes=5), False),
    (NOW - timedelta(minutes=5, seconds=1), True), (NOW + timedelta(days=1), False),
])
def test_counts_as_stopped_after_five_minutes(last: datetime | None, stopped: bool) -> None:
    assert is_stopped(last, NOW) is stopped


def test_tries_five_times_with_growing_pauses() -> None:
    verdicts = [after_try(tries, NOW) for tries in range(1, 7)]
    assert [verdict.set_aside for verdict in verdicts] == [False] * 4 + [True] * 2
    assert [(verdict.due_at - NOW).seconds // 60 for verdict in verdicts[:5]] == [1, 2, 4, 8, 16]
