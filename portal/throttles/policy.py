"""When a try is let through, and when the next one is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class State:
    """Hold what was counted: how many tries, since when, and until when no other is let through."""

    count: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Limit:
    """Let `most` tries through within `within` of the first of them, then none until that is over.

    So there are never more than twice as many in any such time, and on average never more.
    """

    name: str
    most: int
    within: timedelta

    def after(self, state: State | None, now: datetime) -> State:
        """Return what is counted after one more try."""
        if state is None or now >= state.since + self.within:
            state = State(0, now, None)
        count = state.count + 1
        return State(count, state.since,
                     state.since + self.within if count >= self.most else None)

    def taken_back(self, state: State) -> State | None:
        """Return what is counted once a try that was let through turns out not to count."""
        return State(state.count - 1, state.since, None) if state.count > 1 else None

    def is_over(self, state: State, now: datetime) -> bool:
        """Tell whether what was counted says nothing any more."""
        return now >= state.since + self.within


@dataclass(frozen=True, slots=True)
class Pauses:
    """Let a try through after a pause that grows with the failures in a row.

    `pause` tells it from their number; after `quiet` without a failure they begin anew.
    """

    name: str
    pause: Callable[[int], timedelta]
    quiet: timedelta = timedelta(days=1)

    def after(self, state: State | None, now: datetime) -> State:
        """Return what is counted after one more failure."""
        count = 1 if state is None or self.is_over(state, now) else state.count + 1
        pause = self.pause(count)
        return State(count, now, now + pause if pause else None)

    def taken_back(self, state: State) -> None:
        """Begin anew: somebody succeeded, so that the failures are no longer in a row."""

    def is_over(self, state: State, now: datetime) -> bool:
        """Tell whether what was counted says nothing any more."""
        return now >= state.since + self.quiet


@dataclass(frozen=True, slots=True)
class Try:
    """Name what is counted, and by which rule."""

    rule: Limit | Pauses
    subject: str


def opens(state: State | None, now: datetime) -> datetime | None:
    """Return until when no try is let through, or None where one is now."""
    return state.until if state is not None and state.until and now < state.until else None


def whole_seconds(until: datetime, now: datetime) -> int:
    """Return how many whole seconds somebody has to wait, at least one: never a moment too few."""
    return max(1, math.ceil((until - now).total_seconds()))
