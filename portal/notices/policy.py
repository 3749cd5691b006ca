"""What goes at once and what can wait, in which hours, when a notice is tried again, when it is
given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

#: Mails that can wait, in the order in which one letter tells them: a person gets one such letter
#: a day at most (domain 2.8). What somebody asked for, a first invitation, a warning and what a
#: coach is waited for with go at once.
NEWS = ("reminder", "review", "review_again", "check_in", "pairing_wanted", "concluded",
        "being_sealed", "copy_ready", "answered", "not_concluded")
#: What need not be said beside something else about the same page.
_SAID_BY = {"copy_ready": "concluded", "being_sealed": "copy_ready", "review_again": "review"}
#: What asks again for something that was asked for before. Somebody may want none of these mails;
#: all others are answers, or the first word of something.
REMINDERS = frozenset({"reminder", "pairing_wanted", "review_again", "check_in"})
#: What is looked at once more when it goes out: it has a link, or may be needless by then.
RENEWED = REMINDERS | {"review"}

#: How long a claim holds before another worker may take the row over.
LEASE = timedelta(minutes=5)
#: After this long without success the coach is shown that it did not go out.
GIVE_UP_AFTER = timedelta(hours=72)
#: So often, in two hours at the least, a mail is tried before it is given up.
FEWEST_TRIES = 8
#: So often a mail is claimed at all: then whoever claims it dies of it.
MOST_TRIES = 40
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


class Outcome(StrEnum):
    """Name how an attempt ended."""

    DONE = "done"
    BOUNCED = "bounced"
    LATER = "later"
    GIVEN_UP = "given_up"
    NEEDLESS = "needless"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold the result of one attempt; `trouble` is a short code, never a server's words."""

    outcome: Outcome
    trouble: str | None = None


#: Mails that are nothing without their files: these go along whatever the settings say of copies.
CARRIERS = frozenset({"checkpoint"})


def can_wait(name: str) -> bool:
    """Tell whether a mail may wait for the one letter of the day."""
    return name in NEWS


def is_reminder(name: str) -> bool:
    """Tell whether a mail asks again, so that somebody may want no more of its kind."""
    return name in REMINDERS


@dataclass(frozen=True, slots=True)
class Hours:
    """Hold from which full hour to which one letters go out, by the recipient's clock.

    Where the first is not before the second, they go out at any hour.
    """

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Hold what decides when a person's next letter may go: when the last one went, whether one
    that failed is still being tried, and the clock that the person lives by."""

    last_sent: datetime | None
    under_way: bool
    zone: str
    hours: Hours


def letter_today(facts: LetterFacts, now: datetime) -> bool:
    """Tell whether a letter went out, or is on its way, on this day of the person."""
    zone = ZoneInfo(facts.zone)
    today = now.astimezone(zone).date()
    return facts.under_way or (
        facts.last_sent is not None and facts.last_sent.astimezone(zone).date() == today)


def next_letter(facts: LetterFacts, now: datetime) -> datetime:
    """Return when the next letter to a person may go: now, or at the next hour in which letters
    go out; tomorrow where one went today."""
    local, hours = now.astimezone(ZoneInfo(facts.zone)), facts.hours
    always = hours.begin >= hours.end
    day = local.date()
    if letter_today(facts, now) or (not always and local.hour >= hours.end):
        day += timedelta(days=1)
    elif always or local.hour >= hours.begin:
        return now
    return datetime.combine(day, time(hours.begin), local.tzinfo).astimezone(UTC)


def told_once(news: Sequence[tuple[str, Mapping[str, str]]]) -> list[dict[str, str]]:
    """Return what one letter says, in its fixed order: the same news of the same page once, and
    of the same link where it has one."""
    said: dict[tuple[str, str], dict[str, str]] = {}
    for name, values in sorted(news, key=lambda item: NEWS.index(item[0])):
        where = values.get("link") or values.get("page", "")
        said.setdefault((name, where), {**values, "name": name})
    return [item for (name, page), item in said.items()
            if (_SAID_BY.get(name, ""), page) not in said]


def pause_after(attempts: int) -> timedelta:
    """Return the growing pause before the next attempt: 1, 2, 4 … minutes, 6 hours at most."""
    doublings = min(max(attempts - 1, 0), 12)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def after_break(attempts: int, trouble: str) -> Attempt:
    """Return whether to try again what broke the portal itself, or to set it aside: so a mail that
    cannot be written holds up nobody for long."""
    outcome = Outcome.GIVEN_UP if attempts >= FEWEST_TRIES else Outcome.LATER
    return Attempt(outcome, trouble)


def after_failure(topic: str, age: timedelta, attempts: int, trouble: str) -> Attempt:
    """Return whether to try again or to give up, by the age of the notice and how often it was
    tried: a clockwork that stood still for a week gives up nothing at the first no. What is
    not a mail is not given up by its age: what was signed waits until it can be sealed."""
    given_up = topic in ("mail", "news") and age >= GIVE_UP_AFTER and attempts >= FEWEST_TRIES
    outcome = Outcome.GIVEN_UP if given_up else Outcome.LATER
    return Attempt(outcome, trouble)
