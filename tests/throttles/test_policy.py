"""When a try is let through, and when the next one is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.factors.policy import DISABLED_AT
from portal.people.policy import ACCOUNT, PASSWORD, password_pause, pause_after
from portal.throttles.policy import Limit, Pauses, State, opens, whole_seconds
from tests.conftest import NOW

THREE = Limit("three", 3, timedelta(minutes=10))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def after(rule: Limit | Pauses, at: list[float]) -> State | None:
    """Return what is counted after tries at these minutes."""
    state = None
    for minute in at:
        state = rule.after(state, NOW + minutes(minute))
    return state


@pytest.mark.parametrize(("at", "count", "until"), [
    ([0], 1, None), ([0, 1], 2, None), ([0, 1, 2], 3, 10), ([5, 6, 7], 3, 15),
    ([0, 1, 10], 1, None), ([0, 1, 9.9], 3, 10), ([0, 1, 2, 10], 1, None)])
def test_shuts_until_the_time_since_the_first_try_is_over(
    at: list[float], count: int, until: float | None
) -> None:
    state = after(THREE, at)
    assert state is not None
    assert state.count == count
    assert state.until == (None if until is None else NOW + minutes(until))


def test_opens_at_the_instant_that_it_said() -> None:
    state = after(THREE, [0, 1, 2])
    until = NOW + minutes(10)
    assert opens(state, until - timedelta(microseconds=1)) == until
    assert opens(state, until) is None
    assert opens(None, NOW) is None


@pytest.mark.parametrize(("at", "count"), [([0], 0), ([0, 1], 1), ([0, 1, 2], 2)])
def test_takes_back_one_try_and_no_more(at: list[float], count: int) -> None:
    state = after(THREE, at)
    assert state is not None
    left = THREE.taken_back(state)
    assert (left.count if left is not None else 0) == count
    assert left is None or left.until is None


def test_never_lets_more_than_twice_as_many_through_in_any_such_time() -> None:
    state, through = None, []
    for second in range(3600):
        now = NOW + timedelta(seconds=second)
        if opens(state, now) is None:
            state = THREE.after(state, now)
            through.append(now)
    most = max(sum(start <= at < start + THREE.within for at in through) for start in through)
    assert most <= 2 * THREE.most
    assert len(through) <= THREE.most * 6


def test_pauses_longer_after_each_failure_in_a_row_and_begins_anew_after_a_success() -> None:
    state, pauses = None, []
    for _failure in range(12):
        now = NOW if state is None or state.until is None else state.until
        state = PASSWORD.after(state, now)
        pauses.append((state.until - now) / minutes(1) if state.until is not None else 0)
    assert pauses == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert PASSWORD.taken_back(state) is None


def test_begins_anew_after_a_quiet_day() -> None:
    state = after(PASSWORD, [0, 0, 0, 0])
    assert state is not None
    assert PASSWORD.after(state, NOW + PASSWORD.quiet - minutes(1)).count == 5
    assert PASSWORD.after(state, NOW + PASSWORD.quiet).count == 1


def test_no_place_alone_reaches_the_ceiling_of_an_account() -> None:
    """Otherwise one stranger could keep the owner out of every browser that is new."""
    state, now, tries = None, NOW, 0
    while now < NOW + ACCOUNT.within:
        state, tries = PASSWORD.after(state, now), tries + 1
        now = max(now, state.until or now)
    assert tries <= 34 < ACCOUNT.most <= 100


def test_a_code_is_paused_no_longer_than_before() -> None:
    assert pause_after(DISABLED_AT) == minutes(15)
    assert password_pause(4) == timedelta(0)


@pytest.mark.parametrize(("seconds", "whole"), [(0, 1), (0.2, 1), (1, 1), (1.2, 2), (60, 60)])
def test_never_says_a_moment_too_few(seconds: float, whole: int) -> None:
    assert whole_seconds(NOW + timedelta(seconds=seconds), NOW) == whole
