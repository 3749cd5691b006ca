"""Calendar files: what RFC 5545 asks for, and nothing that a calendar should not tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from portal.plain.calendar import Entry, calendar, uid_for

T0 = datetime(2026, 12, 7, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_tells_calendars_nothing_but_times() -> None:
    one, two, day = Calendar.from_ical(calendar([
        Entry("a", "Appointment", T0, T0 - HOUR, ends_at=T0 + HOUR),
        Entry("b", "Appointment", T0, T0 - HOUR, ends_at=T0 + HOUR, sequence=3, cancelled=True),
        Entry("c", "An agreement ends", date(2028, 2, 29), T0 - HOUR)],
        "portal.example")).walk("VEVENT")
    assert set(one) == {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS",
                        "SEQUENCE"}
    assert (str(one["UID"]), str(one["SUMMARY"]), one["SEQUENCE"], str(one["STATUS"])) == (
        "a@portal.example", "Appointment", 0, "CONFIRMED")
    assert one["DTSTART"].dt == T0
    assert (two["SEQUENCE"], str(two["STATUS"])) == (3, "CANCELLED")
    assert (day["DTSTART"].dt, str(day["TRANSP"])) == (date(2028, 2, 29), "TRANSPARENT")


def test_keeps_to_the_lines_of_the_standard() -> None:
    file = calendar([Entry("a", "Look again; a title, with\nbreaks " + "ü" * 80, T0, T0)], "h")
    assert file.count(b"\n") == file.count(b"\r\n")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert rb"Look again\; a title\, with\nbreaks" in file.replace(b"\r\n ", b"")
    assert b"DTSTART:20261207T090000Z" in file


def test_gives_the_same_bytes_for_the_same_entries() -> None:
    entries = [Entry("a", "Appointment", T0, T0, ends_at=T0 + HOUR)]
    assert calendar(entries, "h") == calendar(entries, "h")


def test_two_calendars_do_not_tell_that_their_entries_belong_together() -> None:
    assert uid_for("ben", "text") == uid_for("ben", "text") != uid_for("carla", "text")
