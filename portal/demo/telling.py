"""Telling the stories of the demo in one row, with a clock that reaches now at the end."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.demo import cast
from portal.demo.story import NOW, Everyone, Moment, Story
from portal.ground.clock import StandingClock
from portal.web.words import speak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.ground.work import Ground

#: Told how many days have passed since the last time.
Passed = Callable[[int], object]
ZONE = ZoneInfo(cast.ZONE)
#: Longer ago than anything in the stories.
DAYS = 360


def begin(now: datetime) -> datetime:
    """Return an instant before all stories: there the clock of the ground has to stand."""
    return _instant(now, (DAYS, "00:00"))


def tell(
    ground: Ground, stories: Sequence[Story], now: datetime, passed: Passed
) -> Everyone:
    """Let everything happen, moment by moment; mail goes out after each. Returns the people.

    The clock of the ground is moved; it has to be one that stands.
    """
    if not isinstance(ground.clock, StandingClock):
        raise TypeError("stories need a clock that stands")
    speak("en", cast.ZONE)
    on = Everyone(ground, ground.clock)
    row: list[tuple[datetime, int, Iterator[Moment]]] = []
    for number, story in enumerate(stories):
        _queue(row, now, number, story(on))
    while row:
        at, number, told = heapq.heappop(row)
        passed((at - ground.clock.now()).days)
        on.until(at)
        _queue(row, now, number, told)
        on.runs("door", "mail")
    return on


def _queue(
    row: list[tuple[datetime, int, Iterator[Moment]]], now: datetime, number: int,
    told: Iterator[Moment],
) -> None:
    """Let a story go on to its next moment; one that is over is not heard of again."""
    moment = next(told, None)
    if moment is not None:
        heapq.heappush(row, (_instant(now, moment), number, told))


def _instant(now: datetime, moment: Moment) -> datetime:
    if moment == NOW:
        return now
    (ago, clock), today = moment, now.astimezone(ZONE).date()
    return datetime.combine(today - timedelta(days=ago), time.fromisoformat(clock), ZONE)
