"""When a text cannot be issued, and where its days begin and end."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class IssueNo(StrEnum):
    """Name why a version cannot be issued."""

    ALREADY_OPEN = "already_open"
    ANSWERS_MISSING = "answers_missing"


def start_of(day: date, zone: str) -> datetime:
    """Return the first instant of a day in a zone; a day without midnight begins later."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC"))


def end_of(day: date, zone: str) -> datetime:
    """Return the first instant after a day in a zone: periods are half-open."""
    return start_of(day + timedelta(days=1), zone)
