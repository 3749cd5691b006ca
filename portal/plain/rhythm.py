"""Rhythms: the days on which somebody is reminded, counted from an instant that is stored.

Nothing keeps a list of reminders to send. Which one is due follows from the anchor, from when
the person was last written to, and from now; so a job that did not run for a week says once what
it would have said three times, and one that runs twice says nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Hold whole days from an anchor, ascending, those before it negative (domain 2.8).

    With `every`, there is one more each so many days after the anchor, until the end that the
    caller names.
    """

    days: tuple[int, ...]
    every: int | None = None


#: Days after an invitation that still waits.
INVITATION = Rhythm((3, 7, 12))
#: Days around the end of the day on which a review is due: that day begins one day before its
#: end. Weekly in the grace that follows.
REVIEW = Rhythm((-14, -3, -1), every=7)


@dataclass(frozen=True, slots=True)
class Beat:
    """Hold one of a rhythm's days: which one, for a dedupe key, and the instant it stands for."""

    day: int
    at: datetime


def due_beat(
    rhythm: Rhythm, anchor: datetime, zone: str, now: datetime, *, last: datetime | None = None,
    pause: timedelta = timedelta(0), until: datetime | None = None,
) -> Beat | None:
    """Return the reminder that is to be sent now, or None.

    It is the latest whose instant has come, so what was missed before is not sent as well. A
    person who was written to at `last`, after that instant or less than a `pause` before it, has
    been told. From `until` on nobody is reminded any more. Days are counted by the clock on the
    wall of `zone`: an hour more or less in spring and autumn moves no reminder.
    """
    if until is not None and now >= until:
        return None
    days = [*rhythm.days]
    if rhythm.every is not None:
        passed = max((now - anchor).days + 1, 0) // rhythm.every
        days += [rhythm.every * times for times in (passed - 1, passed) if times > 0]
    came = [beat for day in days if (beat := _beat(anchor, day, zone)).at <= now]
    if not came:
        return None
    newest = max(came, key=lambda beat: beat.at)
    told = last is not None and (last >= newest.at or last > newest.at - pause)
    return None if told else newest


def _beat(anchor: datetime, day: int, zone: str) -> Beat:
    wall = anchor.astimezone(ZoneInfo(zone)) + timedelta(days=day)
    return Beat(day, wall.astimezone(UTC))
