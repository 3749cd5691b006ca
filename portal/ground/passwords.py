"""Passwords: which one may be chosen, and hashing with argon2id.

The parameters are the OWASP minimum that a small machine can bear.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 12

#: Words that somebody who guesses at this portal tries first (OWASP ASVS 6.2.11).
CONTEXT = ("portal", "consent", "consent portal", "coach", "coaching", "coachee", "practice")
#: The best mark of the estimate: a guess takes more than ten thousand million tries.
_HARD_ENOUGH = 4
#: So many characters are looked at; what follows only makes a guess harder.
_LOOKED_AT = 72


class PasswordNo(StrEnum):
    """Name why a password cannot be chosen."""

    TOO_SHORT = "too_short"
    GUESSABLE = "guessable"


def why_not_password(password: str, about: Iterable[str] = ()) -> PasswordNo | None:
    """Return why a password may not be chosen: too short, or among what guessers try first.

    Any characters count, and no mixture of them is asked for (NIST SP 800-63B-4 3.1.1.2). What is
    known `about` the person, the practice and the portal makes a password no harder to guess;
    leaked and common passwords, names and patterns of a keyboard come from the library's lists.
    """
    if len(password) < MINIMUM_LENGTH:
        return PasswordNo.TOO_SHORT
    # Imported late: its lists are large, and passwords are seldom chosen.
    from zxcvbn import zxcvbn

    known = [*CONTEXT, *(word for text in about for word in (text, *text.split()))]
    found = zxcvbn(password[:_LOOKED_AT], user_inputs=known)
    return PasswordNo.GUESSABLE if found["score"] < _HARD_ENOUGH else None


@cache
def _hasher() -> PasswordHasher:
    # Imported late: most requests never hash, and the library loads a C extension.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Return an argon2id hash with its own salt and parameters (t=2, m=19 MiB, p=1)."""
    return _hasher().hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Tell whether the password made this hash; a broken hash is a no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return hash_password("nobody has this password")


def waste_the_same_time(password: str) -> None:
    """Spend what a real check costs, so that unknown accounts answer no sooner."""
    is_password(_nobody(), password)
