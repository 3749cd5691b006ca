"""When a notice is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

#: How long a claim holds before another worker may take the row over.
LEASE = timedelta(minutes=5)
#: After this long without success the coach is shown that it did not go out.
GIVE_UP_AFTER = timedelta(hours=72)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


class Outcome(StrEnum):
    """Name how an attempt ended."""

    DONE = "done"
    BOUNCED = "bounced"
    LATER = "later"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold the result of one attempt; `trouble` is a short code, never a server's words."""

    outcome: Outcome
    trouble: str | None = None


def pause_after(attempts: int) -> timedelta:
    """Return the growing pause before the next attempt: 1, 2, 4 … minutes, 6 hours at most."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def after_failure(attempts: int, age: timedelta, trouble: str) -> Attempt:
    """Return whether to try again or to give up, by the age of the notice."""
    outcome = Outcome.GIVEN_UP if age >= GIVE_UP_AFTER else Outcome.LATER
    return Attempt(outcome, trouble)
