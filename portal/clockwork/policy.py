"""When a job is due again, when the clockwork counts as stopped, when a failing item is set
aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

#: So often somebody who ticks leaves a sign of life.
BEAT = timedelta(minutes=1)
#: Without a sign of life for longer than this the clockwork counts as stopped.
STALE = timedelta(minutes=5)
#: How long a run holds before another clockwork may begin it anew: whoever ran it was killed.
HELD = timedelta(minutes=30)
#: A run that failed as a whole begins again after this.
_AFTER_TROUBLE = timedelta(minutes=5)

#: So many times an item is tried before it is set aside.
TRIES = 5
_FIRST_PAUSE = timedelta(minutes=1)
#: What is written down when a try begins that may end its process.
CUT_OFF = "cut_off"


def is_due(due_at: datetime, every: timedelta, now: datetime) -> bool:
    """Tell whether a job is due. A day far ahead was written by a clock that went wrong since."""
    return due_at <= now or due_at > now + max(2 * every, 2 * HELD)


def next_run(began_at: datetime, every: timedelta, *, failed: bool) -> datetime:
    """Return when a job is due after a run; one that failed as a whole begins again soon."""
    return began_at + (min(every, _AFTER_TROUBLE) if failed else every)


def is_stopped(last_beat: datetime | None, now: datetime) -> bool:
    """Tell whether the clockwork has not run for five minutes, or never has."""
    return last_beat is None or now - last_beat > STALE


def is_missed(ended_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Tell whether a job has not ended well for two of its rhythms, or never has."""
    return ended_at is None or now - ended_at > 2 * every


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say when a failing item is tried again, or that it is not."""

    due_at: datetime
    set_aside: bool


def after_try(tries: int, now: datetime) -> Verdict:
    """Return what becomes of an item after so many tries in vain: another one after 1, 2, 4, 8
    minutes, and none after the fifth."""
    return Verdict(now + _FIRST_PAUSE * (1 << (min(tries, TRIES) - 1)), tries >= TRIES)
