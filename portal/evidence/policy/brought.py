"""Whether a seal that the practice brings can be its seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: A file with a key and some certificates is a few kilobytes.
LARGEST = 64 * 1024
_CURVES = ("P-256", "P-384")
_LEAST_RSA = 2048


class BroughtNo(StrEnum):
    """Name why a seal is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_FILE = "not_a_file"
    WRONG_PASSPHRASE = "wrong_passphrase"  # noqa: S105 - the name of a refusal
    NO_KEY = "no_key"
    KEY_KIND = "key_kind"
    KEY_SHORT = "key_short"
    USAGE = "usage"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SELF_SIGNED = "self_signed"
    CHAIN = "chain"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class BroughtFacts:
    """Hold what decides: the kind of key ("" for none that fits), what it may do, how long it
    lasts, and whether its file shows a sound way to a root."""

    key: str
    signs: bool
    not_before: datetime
    not_after: datetime
    self_signed: bool
    has_root: bool
    weak: bool


def why_not_brought(facts: BroughtFacts, now: datetime) -> BroughtNo | None:
    """Return why this cannot seal what strangers' programs are to accept (Z20), or None."""
    if not facts.key:
        return BroughtNo.NO_KEY
    if facts.key.startswith("RSA "):
        if int(facts.key.removeprefix("RSA ")) < _LEAST_RSA:
            return BroughtNo.KEY_SHORT
    elif facts.key not in _CURVES:
        return BroughtNo.KEY_KIND
    if facts.not_after <= now:
        return BroughtNo.EXPIRED
    if facts.not_before > now:
        return BroughtNo.NOT_YET
    if not facts.signs:
        return BroughtNo.USAGE
    return _why_not_chain(facts)


def _why_not_chain(facts: BroughtFacts) -> BroughtNo | None:
    if facts.self_signed:
        return BroughtNo.SELF_SIGNED
    if not facts.has_root:
        return BroughtNo.CHAIN
    return BroughtNo.WEAK if facts.weak else None
