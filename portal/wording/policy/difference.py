"""What a difference between two texts of one agreement is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Say whether a text lets more be shared than the one before, less, both, or the same."""

    WORDING = "wording"
    NARROW = "narrow"
    WIDEN = "widen"
    MIXED = "mixed"


class Sort(StrEnum):
    """Say whether something is new, holds no longer, or is changed."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in what may be shared, as a whole sentence.

    `effect` is that of its line; `line` is the number of the line in the new text, or None where
    the new text has none.
    """

    sort: Sort
    effect: str
    sentence: str
    widens: bool
    narrows: bool
    line: int | None = None
