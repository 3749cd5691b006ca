"""Laying rows on A4 pages and drawing them: what stays together, where a page ends, the foot.

A row is as high as it says and holds items placed from its own top; coordinates run from the
left edge of the page and downwards, in points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from portal.evidence.paper.ink import Ink
from portal.evidence.paper.setting import Line, Style

if TYPE_CHECKING:
    from portal.evidence.paper.layout import Para

WIDTH, HEIGHT = 595.276, 841.89
LEFT, RIGHT, TOP, BOTTOM = 60.0, 60.0, 62.0, 46.0
COLUMN = 194.0
"""Where the wide column begins; the narrow one ends `GUTTER` before it."""
GUTTER = 20.0
NARROW = COLUMN - GUTTER - LEFT
WIDE = WIDTH - RIGHT - COLUMN
FULL = WIDTH - RIGHT - LEFT


class Item(Protocol):
    """Draw itself with its own place measured from (0, top)."""

    def draw(self, ink: Ink, top: float) -> None:
        """Put the item on the page; `top` is the row's top, downwards."""

    def lower(self, by: float) -> Item:
        """Return the same item, further down in its row."""


@dataclass(frozen=True, slots=True)
class Words:
    """Place one line of text: `y` is its baseline below the row's top."""

    x: float
    y: float
    line: Line
    style: Style
    width: float = 0.0
    """The column's width, for lines that stand at its right."""

    def draw(self, ink: Ink, top: float) -> None:
        """Write the line."""
        x = self.x + (self.width - self.line.width if self.line.at_right else 0.0)
        ink.line(self.line, self.style, x, top + self.y)

    def lower(self, by: float) -> Words:
        """Return the same line, further down in its row."""
        return replace(self, y=self.y + by)


@dataclass(frozen=True, slots=True)
class Rule:
    """Place a horizontal rule."""

    x: float
    y: float
    width: float
    weight: float
    colour: str

    def draw(self, ink: Ink, top: float) -> None:
        """Draw the rule."""
        ink.rule(self.x, top + self.y, self.width, self.weight, self.colour)

    def lower(self, by: float) -> Rule:
        """Return the same rule, further down in its row."""
        return replace(self, y=self.y + by)


@dataclass(slots=True)
class Row:
    """Hold what is never parted; `keep` ties it to the next row on the same page."""

    height: float
    items: list[Item] = field(default_factory=list)
    before: float = 0.0
    """White above, dropped at the top of a page."""
    keep: bool = False
    para: Para | None = None
    """The words that begin with this row: the readable twin says them as they are."""
    label: Sequence[Para] | None = None
    """What stands beside the rows that begin with this one."""


Page = list[tuple[float, Row]]


def paginate(rows: Sequence[Row], bottom: float) -> list[Page]:
    """Return pages of rows with their tops; rows end above `bottom`.

    Rows tied by `keep` move to the next page together, unless they are higher than a page.
    """
    pages: list[Page] = [[]]
    y = TOP
    for group in _groups(rows):
        height = sum(r.before + r.height for r in group) - group[0].before
        fits_nowhere = height > bottom - TOP and y <= (TOP + bottom) / 2
        if pages[-1] and y + group[0].before + height > bottom and not fits_nowhere:
            pages.append([])
            y = TOP
        for row in group:
            if pages[-1] and y + row.before + row.height > bottom:
                pages.append([])
                y = TOP
            y += row.before if pages[-1] else 0.0
            pages[-1].append((y, row))
            y += row.height
    return pages


def draw(
    ink: Ink, pages: Sequence[Page], foot: Callable[[int, int], Iterable[Row]], foot_top: float
) -> None:
    """Draw all pages, each with the foot for its number and the count."""
    for number, page in enumerate(pages, start=1):
        for top, row in page:
            for item in row.items:
                item.draw(ink, top)
        top = foot_top
        for row in foot(number, len(pages)):
            for item in row.items:
                item.draw(ink, top)
            top += row.height
        ink.end_page()


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if not row.keep:
            yield group
            group = []
    if group:
        yield group
