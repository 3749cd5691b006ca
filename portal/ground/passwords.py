"""Password hashing with argon2id, by the OWASP minimum that a small machine can bear."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 12


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
