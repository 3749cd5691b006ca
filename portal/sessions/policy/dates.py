"""From a day and two times on a wall clock to a session, and what may still change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: An addendum outlasts its session's first date by so much, for a session that is moved (4.7).
MOVES_WITHIN = timedelta(days=7)


class SessionNo(StrEnum):
    """Name why a session cannot be as it was asked."""

    NO_SUCH_TIME = "no_such_time"
    ENDS_BEFORE_IT_STARTS = "ends_before_it_starts"
    NOT_TO_COME = "not_to_come"
    BEGUN = "begun"
    OVER = "over"
    CANCELLED = "cancelled"
    TAKES_PART_ALREADY = "takes_part_already"
    ASKED_ALREADY = "asked_already"
    NOBODY_NAMED = "nobody_named"
    NOT_YET = "not_yet"


class Word(StrEnum):
    """Say in one word how a session stands."""

    PLANNED = "planned"
    MOVED = "moved"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Span:
    """Hold from when to when a session lasts, half-open."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Hold what decides how a session stands."""

    starts_at: datetime
    ends_at: datetime
    moved: bool = False
    cancelled_at: datetime | None = None


def _instant(day: date, at: time, zone: str) -> datetime | None:
    """Return the instant of a wall clock's time, or None where the clock leaps over it."""
    local = datetime.combine(day, at, ZoneInfo(zone))
    instant = local.astimezone(UTC)
    back = instant.astimezone(ZoneInfo(zone))
    return instant if back.replace(tzinfo=None) == local.replace(tzinfo=None) else None


def span_of(day: date, start: time, end: time, zone: str) -> Span | SessionNo:
    """Return the instants of a day's times in a zone, or why there are none.

    A time that a clock shows twice, when it is set back, is taken at its first coming.
    """
    starts_at, ends_at = _instant(day, start, zone), _instant(day, end, zone)
    if starts_at is None or ends_at is None:
        return SessionNo.NO_SUCH_TIME
    return Span(starts_at, ends_at)


def why_not_span(span: Span, now: datetime) -> SessionNo | None:
    """Return why a session cannot lie there: it ends after it starts, and is still to come."""
    if span.ends_at <= span.starts_at:
        return SessionNo.ENDS_BEFORE_IT_STARTS
    return SessionNo.NOT_TO_COME if span.starts_at <= now else None


def why_not_move(facts: SessionFacts, now: datetime) -> SessionNo | None:
    """Return why a session cannot be moved: what a guest was promised ends with it, so one that
    has begun stays where it is."""
    no = why_not_cancel(facts, now)
    return no or (SessionNo.BEGUN if facts.starts_at <= now else None)


def why_not_cancel(facts: SessionFacts, now: datetime) -> SessionNo | None:
    """Return why a session cannot be cancelled; while it runs it can."""
    if facts.cancelled_at is not None:
        return SessionNo.CANCELLED
    return SessionNo.OVER if facts.ends_at <= now else None


def why_not_bring(facts: SessionFacts, now: datetime) -> SessionNo | None:
    """Return why nobody can be brought in: everyone signs before a session begins (T5)."""
    return why_not_move(facts, now)


def word(facts: SessionFacts, now: datetime) -> Word:
    """Return how a session stands; that it is over is computed, not written down."""
    if facts.cancelled_at is not None:
        return Word.CANCELLED
    if facts.ends_at <= now:
        return Word.OVER
    return Word.MOVED if facts.moved else Word.PLANNED


def end_at(first_end: datetime) -> datetime:
    """Return when an addendum ends at the latest, from the local end of its session as that is
    first planned: the same time of day, a week on."""
    return first_end + MOVES_WITHIN


def reaches(starts_at: datetime, ends_at: datetime, session: SessionFacts) -> bool:
    """Tell whether what holds from one instant to another reaches a session."""
    return starts_at < session.ends_at and session.starts_at < ends_at
