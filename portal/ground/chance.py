"""The only door to randomness; all of it comes from the operating system."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """Return a random 128-bit identifier as 32 hex digits; it says nothing about its row."""
    return secrets.token_hex(16)


def secret_bytes(count: int) -> bytes:
    """Return `count` unguessable bytes."""
    return secrets.token_bytes(count)


def digits(count: int) -> str:
    """Return `count` decimal digits, leading zeros included."""
    return f"{secrets.randbelow(10**count):0{count}d}"


def word(length: int, alphabet: str) -> str:
    """Return `length` letters drawn evenly from `alphabet`."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
