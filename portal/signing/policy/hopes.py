"""With whom a party shares what they hope for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Shared(StrEnum):
    """Say who reads it besides the person who wrote it."""

    NOBODY = ""
    COACH = "coach"
    ALL = "all"


class ShareNo(StrEnum):
    """Name why something cannot be shared so."""

    NO_SPONSOR = "no_sponsor"


@dataclass(frozen=True, slots=True)
class Hopes:
    """Hold what somebody hopes to hear, and what they are ready to tell, in their own words."""

    hope: str = ""
    ready: str = ""


def why_not_shared(shared: Shared, *, with_sponsor: bool) -> ShareNo | None:
    """Return why it cannot be shared so, or None: "all" are those who sign with a sponsor."""
    return ShareNo.NO_SPONSOR if shared is Shared.ALL and not with_sponsor else None


def may_read(shared: Shared, *, coach: bool) -> bool:
    """Tell whether somebody else reads it: the coach, or another signer with the sponsor."""
    return shared is Shared.ALL or (coach and shared is Shared.COACH)
