"""When something can be erased."""

from __future__ import annotations

from enum import StrEnum


class EraseNo(StrEnum):
    """Name why nothing was erased."""

    GONE = "gone"
    TAKES_PART = "takes_part"


def why_not_erase(*, is_gone: bool, takes_part: bool = False) -> EraseNo | None:
    """Return why something cannot be erased, or None.

    `takes_part` says that a person has an account, or takes part in something that is readable:
    that would lose who is in it.
    """
    if is_gone:
        return EraseNo.GONE
    return EraseNo.TAKES_PART if takes_part else None
