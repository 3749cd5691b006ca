"""Dates for the calendars of others (RFC 5545): neutral titles, and not one name (Z3, S2-18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

#: The media type of a calendar file.
MEDIA = "text/calendar"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry: a whole day that blocks no time, or a time from an instant to another.

    `uid` stays the same for ever, and `sequence` grows with every change, so that calendars take
    the newer. `title` may be read by whoever sees the calendar.
    """

    uid: str
    title: str
    starts: date | datetime
    changed_at: datetime
    ends_at: datetime | None = None
    sequence: int = 0
    cancelled: bool = False

    def called(self, title: str) -> Entry:
        """Return this entry under another title."""
        return replace(self, title=title)


def uid_for(owner_id: str, about: str) -> str:
    """Return the lasting id of an entry in the calendar of one person or party.

    It is that one's alone: two calendars side by side do not tell that entries belong together.
    """
    return hashlib.sha256(f"{about}:{owner_id}".encode()).hexdigest()[:32]


def calendar(entries: Iterable[Entry], host: str) -> bytes:
    """Return an iCalendar file: times in UTC, no place, no person, no word but the titles. The
    same entries give the same bytes."""
    # Few pages need it, and it costs a tenth of a cold start.
    from icalendar import Calendar, Event

    file = Calendar()
    file.add("prodid", "-//Consent portal//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    for one in entries:
        entry = Event()
        entry.add("uid", f"{one.uid}@{host}")
        entry.add("dtstamp", one.changed_at)
        entry.add("dtstart", one.starts)
        if one.ends_at is not None:
            entry.add("dtend", one.ends_at)
        else:
            entry.add("transp", "TRANSPARENT")
        entry.add("summary", one.title)
        entry.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        entry.add("class", "PRIVATE")
        entry.add("sequence", one.sequence)
        file.add_component(entry)
    return bytes(file.to_ical())
