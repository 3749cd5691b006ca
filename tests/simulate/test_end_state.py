"""After months of simulated time every line is where the table of silence says (domain 2.5).

What is expected is worked out here day by day from who said what when, and from the days that the
texts name. Nothing of the portal's own rules is asked for it.
"""

from __future__ import annotations

import os
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from portal.simulate import run
from portal.simulate.policy import COACH, COACHEE, FIRST_DAY, TEXT_OF, Life, lives

if TYPE_CHECKING:
    from portal.simulate.report import Fate, Report

pytestmark = pytest.mark.once

#: `make soak` lives through 200, which takes some minutes.
ENGAGEMENTS, MONTHS, SEED = int(os.environ.get("PORTAL_SIMULATE", "6")), 13, 1
DAY = timedelta(days=1)
VIENNA = ZoneInfo("Europe/Vienna")


@contextmanager
def unseen(_length: int, _what: str) -> Iterator[Callable[[int], object]]:
    """Show no progress."""
    yield lambda _steps: None


@pytest.fixture(scope="module")
def report() -> Report:
    """Give what became of everybody."""
    return run(ENGAGEMENTS, MONTHS, SEED, unseen)


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_simulated_day() -> date:
    """Return the day at whose noon everything is looked at; nobody does anything on it."""
    return months_after(FIRST_DAY, MONTHS)


class Expected:
    """Work out where one text stands on each day, and where its lines are at the end."""

    def __init__(self, life: Life, fate: Fate) -> None:
        self.life, self.text = life, fate.text
        rhythm = fate.version.rhythm
        assert rhythm is not None
        self.first, self.last = rhythm.starts_on, rhythm.ends_on
        self.grace = rhythm.grace_days
        self.third = next((role for role, text in TEXT_OF.items() if text == fate.text), None)
        self.dues = []
        while (due := months_after(self.first, rhythm.months * (len(self.dues) + 1))) < self.last:
            self.dues.append(due)

    def keeps(self, role: str) -> list[date]:
        """Return on which days somebody said keep, if the text was still there to be kept."""
        return [self.dues[number - 1] + timedelta(days=days)
                for (who, text, number), days in self.life.answers.items()
                if who == role and text == self.text and number <= len(self.dues)
                and self.dues[number - 1] + timedelta(days=days) < last_simulated_day()]

    def silent(self, role: str, day: date) -> bool:
        """Tell whether somebody has let a review pass and has not said keep since it opened."""
        return any(day > due + timedelta(days=self.grace)
                   and not any(due - 13 * DAY <= kept <= day for kept in self.keeps(role))
                   for due in self.dues)

    def sleeps(self, day: date) -> bool:
        """Tell whether coach or coachee is silent."""
        return self.silent(COACH, day) or self.silent(COACHEE, day)

    def ended(self) -> tuple[date, str] | None:
        """Return the first day on which the text is over, and how; None while it is not."""
        if self.third is not None and self.third not in self.life.signs:
            return self.first + 15 * DAY, "VOID"
        gone = self.life.day(self.life.leaves[self.third]) if self.third in self.life.leaves \
            else None
        nights, day = 0, self.first
        while day <= last_simulated_day():
            if day > self.last or nights == 60:
                return day, "EXPIRED"
            if day == gone != last_simulated_day():
                return day, "WITHDRAWN"
            nights = nights + 1 if self.sleeps(day) else 0
            day += DAY
        return None

    def line(self, fate: Fate, number: int, taken: tuple[str, int] | None) -> str:
        """Return where a line is at the end."""
        over = self.ended()
        if over is not None and over[1] == "VOID":
            return "ENDED"
        if fate.optional[number] and self.life.line == "no":
            return "REFUSED"
        if taken == (self.text, number):
            return "WITHDRAWN"
        ends = fate.ends[number]
        noon = datetime.combine(last_simulated_day(), datetime.min.time(), VIENNA).replace(hour=12)
        if ends is not None and ends <= noon.astimezone(UTC) and (
                over is None or over[0] >= ends.astimezone(VIENNA).date()):
            return "EXPIRED"
        if over is not None:
            return "ENDED"
        today = last_simulated_day()
        asleep = self.sleeps(today) or (self.third is not None and self.silent(self.third, today))
        return "SLEEPING" if asleep else "ACTIVE"


def test_every_line_is_where_the_table_of_silence_says(report: Report) -> None:
    by_number = {life.number: life for life in lives(ENGAGEMENTS, MONTHS, SEED)}
    wrong, seen = [], 0
    for fate in report.fates:
        expected = Expected(by_number[fate.number], fate)
        over = expected.ended()
        want = over[1] if over else "SUSPENDED" if expected.sleeps(last_simulated_day()) \
            else "IN_FORCE"
        if fate.state != want:
            wrong.append(f"{fate.number} {fate.text}: {fate.state}, not {want}")
        for number, is_in in fate.lines.items():
            seen += 1
            line = expected.line(fate, number, report.taken.get(fate.number))
            if is_in != line:
                wrong.append(f"{fate.number} {fate.text} line {number}: {is_in}, not {line}")
    assert wrong == []
    assert seen >= ENGAGEMENTS


def test_all_that_can_happen_happens_in_a_larger_practice() -> None:
    """Else the comparison would be one of sunny days."""
    many = lives(200, MONTHS, SEED)
    kept = [(life, role, text, n) for life in many for role, text, n in life.answers]
    assert {role for _life, role, _text, _n in kept} == {COACH, COACHEE, *TEXT_OF}
    late = [days for life in many for days in life.answers.values() if days > 14]
    assert len(late) > 20
    assert sum(life.takes_back is not None for life in many) > 10
    assert sum(bool(life.leaves) for life in many) > 5
    assert any(set(life.thirds) - life.signs for life in many)


def test_the_same_seed_prints_the_same_report() -> None:
    assert lives(20, 13, 7) == lives(20, 13, 7)
    first, second = (run(1, 7, 5, unseen).in_words() for _again in range(2))
    assert first == second
    assert lives(20, 13, 7) != lives(20, 13, 8)
