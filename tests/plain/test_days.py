"""Local days begin and end where the clocks on the wall say so, in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from portal.plain.days import end_of, start_of

FIRST, DAYS = date(2026, 1, 1), 3 * 365 + 1
INSTANT = timedelta(seconds=1)


def test_ends_every_day_of_three_years_at_the_right_instant_in_every_zone() -> None:
    zones = available_timezones()
    assert len(zones) > 400
    for name in sorted(zones):
        zone = ZoneInfo(name)
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            end = end_of(day, name)
            assert (end - INSTANT).astimezone(zone).date() == day, (name, day)
            assert end.astimezone(zone).date() == day + timedelta(days=1), (name, day)


def test_begins_a_day_without_midnight_when_its_clocks_were_put_forward() -> None:
    """In Santiago the clocks go from midnight to one on 6 September 2026."""
    begin = start_of(date(2026, 9, 6), "America/Santiago")
    assert begin == datetime(2026, 9, 6, 4, tzinfo=UTC)
    assert begin.astimezone(ZoneInfo("America/Santiago")).hour == 1
