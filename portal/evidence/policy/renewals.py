"""When the proof in a sealed paper is renewed, and what a renewed paper is."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A proof is renewed this long before it ends; until then each day is a try.
AHEAD = timedelta(days=90)
#: A paper is renewed no more often than this, however soon the next stamp ends.
_REST = timedelta(days=30)


def first_renewal(holds_until: datetime) -> datetime:
    """Return when a paper's proof is to be renewed for the first time."""
    return holds_until - AHEAD


def next_renewal(holds_until: datetime, now: datetime) -> datetime:
    """Return when a proof that was renewed now is to be renewed again."""
    return max(holds_until - AHEAD, now + _REST)


def level_of(*, complete: bool) -> str:
    """Return what a renewed paper is by ETSI EN 319 142: "B-LTA" where a revocation list is in it
    for every certificate, else "B-T"."""
    return "B-LTA" if complete else "B-T"
