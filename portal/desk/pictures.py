"""The numbers behind the pictures: lengths, places and paths, never colours or words.

Each picture has a twin in words, so a picture may leave out what it cannot show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
