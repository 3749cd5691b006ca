"""The only door to the time of day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tell the time as an aware UTC instant."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""


class SystemClock:
    """Tell the machine's own time."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)


class StandingClock:
    """Stand still until it is moved: the clock of the tests and of simulations."""

    def __init__(self, at: datetime) -> None:
        """Start at an aware instant; a naive one raises `ValueError`."""
        if at.tzinfo is None:
            raise ValueError("a clock needs an instant with a zone")
        self._now = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._now

    def move(self, **span: float) -> datetime:
        """Go forward by a `timedelta` given in its own words (`days=3`), and return the new now."""
        self._now += timedelta(**span)
        return self._now
