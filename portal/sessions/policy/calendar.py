"""Sessions for a calendar, with one neutral title (Z3, S2-18)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """Hold one entry. `sequence` grows with every change, so that calendars take the newer."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    cancelled: bool


def calendar(appointments: Iterable[Appointment], title: str, host: str) -> bytes:
    """Return an iCalendar file (RFC 5545): times in UTC, no names, no place, no words but the
    title, for calendars are seen by others."""
    from icalendar import Calendar, Event

    file = Calendar()
    file.add("prodid", "-//Consent portal//EN")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    for one in appointments:
        entry = Event()
        entry.add("uid", f"{one.uid}@{host}")
        entry.add("dtstamp", one.changed_at)
        entry.add("dtstart", one.starts_at)
        entry.add("dtend", one.ends_at)
        entry.add("summary", title)
        entry.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
        entry.add("class", "PRIVATE")
        entry.add("sequence", one.sequence)
        file.add_component(entry)
    return bytes(file.to_ical())
