"""Dates for a calendar, with titles that say nothing private (Z3, S2-18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Day:
    """Hold one all-day entry: a stable id, the day, and a neutral title."""

    uid: str
    on: date
    title: str


def calendar(days: list[Day], now: datetime, host: str) -> bytes:
    """Return an iCalendar file (RFC 5545) with all-day entries that block no time."""
    from icalendar import Calendar, Event

    file = Calendar()
    file.add("prodid", "-//Consent portal//EN")
    file.add("version", "2.0")
    for day in days:
        entry = Event()
        entry.add("uid", f"{day.uid}@{host}")
        entry.add("dtstamp", now)
        entry.add("dtstart", day.on)
        entry.add("summary", day.title)
        entry.add("transp", "TRANSPARENT")
        entry.add("class", "PRIVATE")
        entry.add("sequence", 0)
        file.add_component(entry)
    return bytes(file.to_ical())
