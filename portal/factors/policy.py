"""When a code is looked at, and when it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: At this failure the factor is disabled and must be vouched for again (SP 800-63B-4 allows 100).
DISABLED_AT = 20
#: How many recovery codes are made at enrolment, and their letters: no 0/O, 1/I/L.
RECOVERY_CODES = 8
RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RECOVERY_LENGTH = 16


class CodeNo(StrEnum):
    """Name why a code was not taken."""

    NOT_SIX_DIGITS = "not_six_digits"
    WRONG = "wrong"
    USED = "used"
    PAUSED = "paused"
    DISABLED = "disabled"
    NO_FACTOR = "no_factor"


@dataclass(frozen=True, slots=True)
class FactorFacts:
    """Hold what decides whether a factor may be tried."""

    last_step: int
    fails: int
    person_fails: int
    paused_until: datetime | None
    disabled: bool


def why_not_try(facts: FactorFacts, now: datetime) -> CodeNo | None:
    """Return why no code of this factor is looked at now, or None."""
    if facts.disabled or facts.fails >= DISABLED_AT:
        return CodeNo.DISABLED
    if facts.paused_until is not None and now < facts.paused_until:
        return CodeNo.PAUSED
    return None


def why_not_try_any(apps: Sequence[FactorFacts], now: datetime) -> CodeNo | None:
    """Return why no code is looked at now, or None where one of these apps may be tried."""
    reasons = [why_not_try(facts, now) for facts in apps]
    return None if None in reasons else reasons[0]


def why_not_step(facts: FactorFacts, step: int | None) -> CodeNo | None:
    """Return why the step of a code is not accepted: each works once, none older than the last
    (INV-20, RFC 6238 §5.2)."""
    if step is None:
        return CodeNo.WRONG
    return CodeNo.USED if step <= facts.last_step else None


def recovery_spelling(typed: str) -> str:
    """Return a recovery code as it is hashed: capitals, without spaces and hyphens."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def grouped(code: str) -> str:
    """Return a recovery code in groups of four, as people read it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
