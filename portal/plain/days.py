"""Local days as instants: where a day begins and ends in a zone.

Periods are half-open, so the end of a day is the first instant of the next one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def start_of(day: date, zone: str) -> datetime:
    """Return the UTC instant at which a local day begins; a day without midnight begins later."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """Return the UTC instant at which a local day has ended."""
    return start_of(day + timedelta(days=1), zone)
