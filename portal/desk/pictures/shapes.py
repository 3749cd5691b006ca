"""The numbers behind the pictures: lengths, places and paths, never colours or words.

Each picture has a twin in words, so a picture may leave out what it cannot show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.desk.queries.today import Summary

#: The circle of a donut has this length, so that lengths along it are per cents.
ROUND = 100.0
_GAP = 1.0
#: Fewer signatures than these are shown as bars.
FEW = 8


@dataclass(frozen=True, slots=True)
class Arc:
    """Hold one part of a donut: what it is, how many, and its dash along the circle."""

    kind: str
    count: int
    dash: str
    offset: str


def donut(parts: Mapping[str, int]) -> list[Arc]:
    """Return the arcs of a donut in their order, with small gaps between them; empty parts have
    none, and a single part is a whole ring. Nothing at all has no arcs."""
    total = sum(parts.values())
    filled = {kind: count for kind, count in parts.items() if count}
    gap = _GAP if len(filled) > 1 else 0.0
    arcs, begun = [], 0.0
    for kind, count in filled.items():
        whole = ROUND * count / total
        drawn = max(whole - gap, 0.4)
        arcs.append(Arc(kind, count, f"{drawn:.2f} {ROUND - drawn:.2f}", f"{-begun:.2f}"))
        begun += whole
    return arcs


def signature_arcs(told: Summary) -> list[Arc]:
    """Return the arcs of how far all signatures are, or none where bars show it better."""
    return donut({"signed": told.signed, "waiting": told.waiting, "lapsed": told.lapsed,
                  "unsent": told.unsent}) if told.total >= FEW else []


class Bond(StrEnum):
    """Say how far somebody is bound, the strongest first."""

    HOLDS = "holds"
    COMES = "comes"
    WAITS = "waits"
    DRAFT = "draft"
    OVER = "over"
    NONE = "none"


_BONDS = {"in_force": Bond.HOLDS, "open": Bond.WAITS, "held": Bond.WAITS, "coming": Bond.COMES,
          "draft": Bond.DRAFT}


def bond(words: Iterable[str]) -> Bond:
    """Return the strongest bond of some texts, by the coach's words for where they stand."""
    order = list(Bond)
    return min((_BONDS.get(word, Bond.OVER) for word in words), key=order.index,
               default=Bond.NONE)


#: Room between two corners, the least height of the side between coachee and coach, and the room
#: above and below that side for their names.
_APART, _SIDE, _ROOM = 62, 130, 62


@dataclass(frozen=True, slots=True)
class Triangle:
    """Hold where the corners stand: coachee above coach at the left, all others at the right.

    With one other it is the triangle of a three-way contract; with more, as many triangles that
    share one side.
    """

    coachee: float
    coach: float
    others: Sequence[float]
    height: float


def triangle(others: int) -> Triangle:
    """Return the places of the corners for so many people beside coachee and coach."""
    side = max(_SIDE, _APART * (others - 1))
    middle = _ROOM + side / 2
    return Triangle(_ROOM, _ROOM + side, [middle + (n - (others - 1) / 2) * _APART
                                          for n in range(others)], 2 * _ROOM + side)


@dataclass(frozen=True, slots=True)
class Dot:
    """Hold one mark on a line of days: asked, opened, reminded or signed, and how far along."""

    kind: str
    x: str


def dots(
    moments: Iterable[tuple[str, datetime | None]], first: datetime, last: datetime
) -> list[Dot]:
    """Return the marks of what has a moment, in per cents of a line from `first` to `last`.

    A little is left free at both ends, so that no mark is cut.
    """
    span = (last - first).total_seconds() or 1.0
    return [Dot(kind, f"{3 + 94 * min(1.0, (at - first).total_seconds() / span):.2f}%")
            for kind, at in moments if at is not None]
