"""When eight digits count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LASTS = timedelta(minutes=10)
DIGITS = 8
#: Wrong tries after which the digits are dead and new ones must be shown (5 in 10^8 at most).
TRIES = 5


class How(StrEnum):
    """Say how coach and signer spoke."""

    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in_person"
    RELAY = "relay"


class VouchNo(StrEnum):
    """Name why digits did not count."""

    NOT_EIGHT_DIGITS = "not_eight_digits"
    NONE_SHOWN = "none_shown"
    WRONG = "wrong"
    DEAD = "dead"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class PairingFacts:
    """Hold the newest digits of a party as the rule sees them."""

    expires_at: datetime
    fails: int
    ended: bool


def is_live(facts: PairingFacts | None, now: datetime) -> bool:
    """Tell whether digits may still be typed: shown, not ended, not ten minutes old."""
    return (facts is not None and not facts.ended and facts.fails < TRIES
            and now < facts.expires_at)


def spaced(digits: str) -> str:
    """Return eight digits as they are read: 4 and 4."""
    return f"{digits[:4]} {digits[4:]}"


def occasion(known: int) -> str:
    """Return the occasion on which a version's papers tell that so many signers are vouched
    for: "vouched" for the first, then "vouched2" and so on."""
    return "vouched" if known == 1 else f"vouched{known}"
