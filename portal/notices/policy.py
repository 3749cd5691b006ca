"""What goes at once and what can wait, when a notice is tried again, when it is given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Mails that can wait, in the order in which one letter tells them: a person gets one such letter
#: a day at most (domain 2.8). What somebody asked for, a first invitation, a warning and what a
#: coach is waited for with go at once.
NEWS = ("reminder", "review", "pairing_wanted", "concluded", "being_sealed", "copy_ready",
        "answered", "not_concluded")
#: What need not be said beside something else about the same page.
_SAID_BY = {"copy_ready": "concluded", "being_sealed": "copy_ready"}
#: When the next day's letter goes out, by the practice's clock.
MORNING = time(8)

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


def can_wait(name: str) -> bool:
    """Tell whether a mail may wait for the one letter of the day."""
    return name in NEWS


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Hold what decides when a person's next letter may go: when the last one went, and whether
    one that failed is still being tried."""

    last_sent: datetime | None
    under_way: bool
    zone: str


def next_letter(facts: LetterFacts, now: datetime) -> datetime:
    """Return when the next letter to a person may go: now, or tomorrow morning if one went out,
    or is on its way, on this day of the practice."""
    zone = ZoneInfo(facts.zone)
    today = now.astimezone(zone).date()
    sent_today = facts.last_sent is not None and facts.last_sent.astimezone(zone).date() == today
    if not (sent_today or facts.under_way):
        return now
    morning = datetime.combine(today + timedelta(days=1), MORNING, zone)
    return morning.astimezone(ZoneInfo("UTC"))


def told_once(news: Sequence[tuple[str, Mapping[str, str]]]) -> list[dict[str, str]]:
    """Return what one letter says, in its fixed order: the same news of the same page once."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for name, values in sorted(news, key=lambda item: NEWS.index(item[0])):
        said.setdefault((name, values.get("page", "")), {**values, "name": name})
    return [item for (name, page), item in said.items()
            if (_SAID_BY.get(name, ""), page) not in said]


def pause_after(attempts: int) -> timedelta:
    """Return the growing pause before the next attempt: 1, 2, 4 … minutes, 6 hours at most."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def after_failure(topic: str, age: timedelta, trouble: str) -> Attempt:
    """Return whether to try again or to give up, by the age of the notice. What is not a mail is
    not given up by its age: what was signed waits until it can be sealed."""
    given_up = topic in ("mail", "news") and age >= GIVE_UP_AFTER
    outcome = Outcome.GIVEN_UP if given_up else Outcome.LATER
    return Attempt(outcome, trouble)
