"""What runs until when, and how full the next ninety days are, as numbers for pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from portal.wording.policy import add_months

if TYPE_CHECKING:
    from portal.desk.queries.times import TimeRow, Times

#: How far the line of time goes back and ahead, in months.
BACK, AHEAD_MONTHS = 1, 12
#: Columns of the picture of the next ninety days, each a week.
WEEKS = 13
#: What ends so soon is marked.
SOON = timedelta(days=30)
#: So many discs stand in a column; beyond, the number alone says it.
_STACK = 6


@dataclass(frozen=True, slots=True)
class Tick:
    """Hold the first day of a month and where it lies."""

    day: date
    x: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Hold a stretch of a line of time: coming, runs, soon (ends in thirty days) or asleep."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Hold a line of time from an instant to another."""

    first: datetime
    last: datetime

    def at(self, moment: datetime) -> float:
        """Return where a moment lies, in per cents; what is outside lies at an end."""
        share = (moment - self.first) / (self.last - self.first)
        return 100 * min(1.0, max(0.0, share))

    def shows(self, moment: datetime) -> bool:
        """Tell whether a moment lies on the line."""
        return self.first <= moment < self.last

    def bar(self, kind: str, start: datetime, end: datetime) -> Bar | None:
        """Return a stretch as far as it lies on the line, or None."""
        left, right = self.at(start), self.at(end)
        return Bar(kind, f"{left:.2f}%", f"{right - left:.2f}%") if right > left else None

    def x(self, moment: datetime) -> str:
        """Return where a moment lies, as pictures are told."""
        return f"{self.at(moment):.2f}%"


def scale_of(now: datetime) -> Scale:
    """Return the line of time around a moment, from the first day of a month to another. `now` is
    in the zone of the reader."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

    def month(number: int) -> datetime:
        day = add_months(first.date(), number)
        return first.replace(year=day.year, month=day.month)

    return Scale(month(-BACK), month(AHEAD_MONTHS))


def ticks(scale: Scale) -> list[Tick]:
    """Return each second month of a line of time, for more would not fit a phone."""
    months = [add_months(scale.first.date(), n) for n in range(0, BACK + AHEAD_MONTHS, 2)]
    return [Tick(day, scale.x(scale.first.replace(year=day.year, month=day.month)))
            for day in months]


@dataclass(frozen=True, slots=True)
class Line:
    """Hold the line of time of one text: its bars, and where it is looked at again."""

    row: TimeRow
    bars: Sequence[Bar]
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Lines:
    """Hold the lines of a page under one scale, with the place of now."""

    ticks: Sequence[Tick]
    now: str
    lines: Sequence[Line]


def lines(shown: Times) -> Lines:
    """Return what runs until when, for the texts of a page."""
    scale = scale_of(shown.now)
    found = []
    for row in shown.running.rows:
        bars = [bar for kind, start, end in row.spans
                if (bar := scale.bar(_kind(kind, start, row, shown.now), start, end))]
        # A day that is over at midnight is marked before that midnight.
        marks = [scale.x(due - timedelta(seconds=1)) for due in row.dues if scale.shows(due)]
        found.append(Line(row, bars, marks))
    return Lines(ticks(scale), scale.x(shown.now), found)


def _kind(kind: str, start: datetime, row: TimeRow, now: datetime) -> str:
    if kind == "asleep":
        return kind
    if start > now:
        return "coming"
    return "soon" if row.last_day - now < SOON else "runs"


@dataclass(frozen=True, slots=True)
class Week:
    """Hold what comes in one week, by kind, and the discs of its column from below."""

    number: int
    first: date
    last: date
    counts: Counter[str]

    @property
    def x(self) -> str:
        """Return where the middle of the column lies."""
        return f"{(self.number + 0.5) * 100 / WEEKS:.2f}%"

    @property
    def total(self) -> int:
        """Return how much comes."""
        return sum(self.counts.values())

    @property
    def discs(self) -> list[tuple[str, int]]:
        """Return the discs of the column: of what kind, and in which row from below."""
        kinds = [kind for kind in sorted(self.counts) for _n in range(self.counts[kind])]
        return [(kind, row) for row, kind in enumerate(kinds[:_STACK])]


def weeks(today: date, days: Iterable[tuple[date, str, int]]) -> list[Week]:
    """Return the next thirteen weeks from today, with how much of each kind comes in them."""
    counts: Sequence[Counter[str]] = [Counter() for _n in range(WEEKS)]
    for day, kind, count in days:
        number = (day - today).days // 7
        if 0 <= number < WEEKS:
            counts[number][kind] += count
    return [Week(n, today + timedelta(days=7 * n), today + timedelta(days=7 * n + 6), counts[n])
            for n in range(WEEKS)]
