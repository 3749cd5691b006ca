"""Days and instants in words: in the version's own time zone, named, and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

JOIN = "\u00a0"  # a space at which no line ends


@dataclass(frozen=True, slots=True)
class Times:
    """Write days and instants for one version."""

    zone: str
    locale: Locale

    @classmethod
    def of(cls, zone: str, tag: str) -> Times:
        """Return the writer for a zone and a BCP 47 tag; an unknown tag is written as English."""
        try:
            return cls(zone, Locale.parse(tag, sep="-"))
        except (ValueError, UnknownLocaleError):
            return cls(zone, Locale("en"))

    def day(self, day: date) -> str:
        """Return a day written out: "15 September 2027" in English."""
        if self.locale.language == "en" and self.locale.territory != "US":
            return f"{day.day} {format_date(day, 'MMMM y', locale=self.locale)}"
        return format_date(day, "long", locale=self.locale)

    def short_day(self, day: date) -> str:
        """Return a day in short, for the foot of a page: "15 Sep 2027" in English."""
        english = self.locale.language == "en"
        return format_date(day, "d MMM y" if english else "medium", locale=self.locale)

    def instant(self, at: datetime) -> str:
        """Return an instant to the second in the version's zone, named, and in UTC."""
        here, utc = at.astimezone(ZoneInfo(self.zone)), at.astimezone(UTC)
        local = f"{self.day(here.date())}, {here:%H:%M:%S}{JOIN}{self.zone}"
        if self.zone == "UTC":
            return local
        there = f"{utc:%H:%M:%S}{JOIN}UTC"
        if utc.date() != here.date():
            there = f"{self.day(utc.date())}, {there}"
        return f"{local} ({there})"

    def brief(self, at: datetime) -> str:
        """Return an instant to the minute with its distance from UTC, for the foot of a page."""
        here = at.astimezone(ZoneInfo(self.zone))
        return f"{self.short_day(here.date())}, {here:%H:%M}{JOIN}UTC{_offset(here)}"


def _offset(at: datetime) -> str:
    minutes = int((at.utcoffset() or at - at).total_seconds()) // 60
    if minutes == 0:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02d}" if rest else "")
