"""The mark under a text: a typed name or a drawing, and when it is one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

#: A drawn signature: how much of it is kept, and the least that is one.
MOST_POINTS = 4000
LEAST_POINTS = 8
PAD = (1000, 400)


class Mark(StrEnum):
    """Say how the name was put under the text."""

    TYPE = "type"
    DRAW = "draw"


class MarkNo(StrEnum):
    """Name why a name or drawing is not one."""

    NAME_MISSING = "name_missing"
    DRAWING_MISSING = "drawing_missing"
    DRAWING_FLAT = "drawing_flat"


def strokes_from(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return the strokes of a drawing sent as JSON: x and y only, inside the pad.

    Time and pressure are biometrics and are not taken. Anything malformed gives no strokes.
    """
    try:
        raw = json.loads(text or "[]")
        strokes = tuple(
            tuple((min(max(int(x), 0), PAD[0]), min(max(int(y), 0), PAD[1])) for x, y in stroke)
            for stroke in raw
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        return ()
    return strokes if sum(map(len, strokes)) <= MOST_POINTS else ()


def why_not_mark(
    mark: Mark, name: str, strokes: Sequence[Sequence[Sequence[int]]]
) -> MarkNo | None:
    """Return why a name or a drawing cannot stand under the text: a dot or a line is none."""
    if not name.strip():
        return MarkNo.NAME_MISSING
    if mark is Mark.TYPE:
        return None
    points = [point for stroke in strokes for point in stroke]
    if len(points) < LEAST_POINTS:
        return MarkNo.DRAWING_MISSING
    return MarkNo.DRAWING_FLAT if _is_flat(points) else None


def _is_flat(points: Sequence[Sequence[int]]) -> bool:
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1.0)
    away = [abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length for x, y in points]
    width = max(x for x, _ in points) - min(x for x, _ in points)
    height = max(y for _, y in points) - min(y for _, y in points)
    return sum(away) / len(away) < 3 or max(width, height) < 12
