"""When sessions may lie, and who is in them: rules alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.sessions.policy import (
    Mode,
    PassFacts,
    PassNo,
    Presence,
    SessionFacts,
    SessionNo,
    Span,
    Word,
    end_at,
    presence_of,
    span_of,
    usual_mode,
    why_not_bring,
    why_not_cancel,
    why_not_mode,
    why_not_move,
    why_not_span,
    word,
)

T0 = datetime(2026, 12, 7, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SESSION = SessionFacts(T0, T0 + HOUR)
VIENNA = "Europe/Vienna"
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def test_reads_times_in_the_zone_of_the_practice() -> None:
    assert span_of(date(2026, 12, 7), time(10), time(11, 30), VIENNA) == Span(
        T0, T0 + timedelta(minutes=90))


@pytest.mark.parametrize(("start", "end", "fits"), [
    (time(1, 59), time(3, 0), True), (time(2, 0), time(3, 30), False),
    (time(2, 30), time(3, 30), False), (time(1, 0), time(2, 59), False),
    (time(3, 0), time(4, 0), True),
])
def test_refuses_a_time_that_the_clocks_leap_over(start: time, end: time, fits: bool) -> None:
    got = span_of(SPRING, start, end, VIENNA)
    assert (got is not SessionNo.NO_SUCH_TIME) is fits


def test_counts_real_time_over_the_leap() -> None:
    got = span_of(SPRING, time(1, 30), time(3, 30), VIENNA)
    assert isinstance(got, Span)
    assert got.ends_at - got.starts_at == HOUR


def test_takes_a_time_that_comes_twice_at_its_first_coming() -> None:
    got = span_of(AUTUMN, time(2, 0), time(2, 30), VIENNA)
    assert got == Span(datetime(2027, 10, 31, 0, tzinfo=UTC),
                       datetime(2027, 10, 31, 0, 30, tzinfo=UTC))


@pytest.mark.parametrize(("starts", "ends", "expected"), [
    (HOUR, 2 * HOUR, None), (HOUR, HOUR, SessionNo.ENDS_BEFORE_IT_STARTS),
    (2 * HOUR, HOUR, SessionNo.ENDS_BEFORE_IT_STARTS), (0 * HOUR, HOUR, SessionNo.NOT_TO_COME),
    (-HOUR, HOUR, SessionNo.NOT_TO_COME),
])
def test_plans_what_is_to_come_and_ends_after_it_begins(
    starts: timedelta, ends: timedelta, expected: SessionNo | None
) -> None:
    assert why_not_span(Span(T0 + starts, T0 + ends), T0) is expected


@pytest.mark.parametrize(("facts", "at", "move", "cancel"), [
    (SESSION, T0 - HOUR, None, None),
    (SESSION, T0, SessionNo.BEGUN, None),
    (SESSION, T0 + HOUR, SessionNo.OVER, SessionNo.OVER),
    (SessionFacts(T0, T0 + HOUR, cancelled_at=T0 - HOUR), T0 - HOUR, SessionNo.CANCELLED,
     SessionNo.CANCELLED),
])
def test_says_what_may_still_change(
    facts: SessionFacts, at: datetime, move: SessionNo | None, cancel: SessionNo | None
) -> None:
    assert why_not_move(facts, at) is move
    assert why_not_bring(facts, at) is move
    assert why_not_cancel(facts, at) is cancel


@pytest.mark.parametrize(("facts", "at", "expected"), [
    (SESSION, T0, Word.PLANNED), (SessionFacts(T0, T0 + HOUR, moved=True), T0, Word.MOVED),
    (SESSION, T0 + HOUR, Word.OVER), (SessionFacts(T0, T0 + HOUR, True), T0 + HOUR, Word.OVER),
    (SessionFacts(T0, T0 + HOUR, True, T0), T0 + 9 * HOUR, Word.CANCELLED),
])
def test_says_how_a_session_stands(facts: SessionFacts, at: datetime, expected: Word) -> None:
    assert word(facts, at) is expected


UNTIL, TICK = T0 + HOUR, timedelta(microseconds=1)


@pytest.mark.parametrize(("facts", "expected"), [
    (PassFacts(T0 - HOUR, UNTIL, Mode.FULL), Presence.IN),
    (PassFacts(T0 - HOUR, UNTIL, Mode.SILENT), Presence.IN),
    (PassFacts(T0 - HOUR, T0 + TICK, Mode.WHEN_ASKED), Presence.IN),
    (PassFacts(T0 - HOUR, T0, Mode.WHEN_ASKED), Presence.NOT_AGREED),
    (PassFacts(UNTIL - TICK, UNTIL + HOUR, Mode.FULL), Presence.IN),
    (PassFacts(UNTIL, UNTIL + HOUR, Mode.FULL), Presence.NOT_AGREED),
    (PassFacts(None, None, Mode.FULL), Presence.NOT_AGREED),
    (PassFacts(None, None, Mode.FULL, T0, T0), Presence.NOT_AGREED),
    (PassFacts(T0, UNTIL, Mode.OUT), Presence.NOT_IN),
    (PassFacts(T0, UNTIL, Mode.FULL, closed_at=T0), Presence.NOT_IN),
    (PassFacts(T0, UNTIL, Mode.FULL, left_at=T0), Presence.NOT_IN),
])
def test_lets_in_by_an_agreement_that_reaches_the_session_while_the_door_is_open(
    facts: PassFacts, expected: Presence
) -> None:
    assert presence_of(facts, SESSION) is expected


@given(st.integers(-99, 99), st.integers(1, 99), st.sampled_from(Mode), st.booleans(),
       st.booleans())
def test_never_lets_in_what_no_agreement_opens(
    starts: int, hours: int, mode: Mode, closed: bool, left: bool
) -> None:
    opens, until = T0 + starts * HOUR, T0 + (starts + hours) * HOUR
    got = presence_of(PassFacts(opens, until, mode, T0 if closed else None,
                                T0 if left else None), SESSION)
    inside = opens < SESSION.ends_at and until > SESSION.starts_at
    assert (got is Presence.IN) is (inside and mode is not Mode.OUT and not closed and not left)


@pytest.mark.parametrize(("role", "mode", "fits"), [
    ("SUPPORTER", Mode.WHEN_ASKED, True), ("SUPPORTER", Mode.SILENT, True),
    ("SUPPORTER", Mode.FULL, False), ("SUPPORTER", Mode.OUT, True), ("GUEST", Mode.FULL, True),
    ("ASSISTANT", Mode.SILENT, False), ("SPONSOR", Mode.FULL, False),
])
def test_gives_a_role_no_more_than_its_text_says(role: str, mode: Mode, fits: bool) -> None:
    assert why_not_mode(role, mode) is (None if fits else PassNo.NOT_OF_THIS_ROLE)


@pytest.mark.parametrize("role", ["SUPPORTER", "GUEST"])
def test_lets_third_persons_speak_when_asked_unless_something_else_was_said(role: str) -> None:
    assert usual_mode(role) is Mode.WHEN_ASKED


def test_ends_an_addendum_a_week_after_the_first_date_at_the_same_time_of_day() -> None:
    first = datetime(2027, 3, 25, 11, 30, tzinfo=ZoneInfo(VIENNA))
    assert end_at(first) == datetime(2027, 4, 1, 11, 30, tzinfo=ZoneInfo(VIENNA))
