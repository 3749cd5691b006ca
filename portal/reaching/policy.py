"""What the coach sees of a request that waits, and when something goes out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

#: A person gets at most one reminder in this time (domain 2.8: one mail a day).
BETWEEN_REMINDERS = timedelta(hours=20)
#: How long a link lives that only leads back in.
RETURN_LASTS = timedelta(hours=24)
#: One link by the front door per person, engagement and hour.
DOOR_EVERY = timedelta(hours=1)


class Word(StrEnum):
    """Say where a request stands, in the words of the coach's pages (domain 2.3)."""

    TO_SEND = "to_send"
    SENT = "sent"
    OPENED = "opened"
    IDENTIFIED = "identified"
    SIGNED = "signed"
    BOUNCED = "bounced"
    EXPIRED = "expired"
    REVOKED = "revoked"


class RemindNo(StrEnum):
    """Name why no reminder goes out."""

    NOTHING_WAITS = "nothing_waits"
    TOO_SOON = "too_soon"


_WORDS = {"CREATED": Word.TO_SEND, "SENT": Word.SENT, "OPENED": Word.OPENED,
          "BOUND": Word.IDENTIFIED, "COMPLETED": Word.SIGNED, "BOUNCED": Word.BOUNCED,
          "EXPIRED": Word.EXPIRED, "REVOKED": Word.REVOKED}


def word(link_state: str, *, signed: bool, was_bound: bool) -> Word:
    """Return the word for a request; a decline keeps the word it had, so that it tells nothing
    before the deadline (Z4)."""
    if signed:
        return Word.SIGNED
    if link_state == "DECLINED":
        return Word.IDENTIFIED if was_bound else Word.OPENED
    return _WORDS[link_state]


def outside(state: str, sign_by: datetime, now: datetime, *, recalled: bool) -> str:
    """Return the coach's word for the state of a version: open, held, coming, in_force,
    not_concluded, recalled or ended.

    Declined and silent read the same, from the same instant on (Z4).
    """
    if recalled:
        return "recalled"
    if state in ("ISSUED", "PARTLY_SIGNED"):
        return "open"
    if state == "DECLINED":
        return "open" if now < sign_by else "not_concluded"
    if state == "VOID":
        return "not_concluded"
    return {"SCHEDULED": "held", "IN_FORCE": "in_force", "SUSPENDED": "in_force"}.get(
        state, "ended")


def why_not_remind(waits: bool, last: datetime | None, now: datetime) -> RemindNo | None:
    """Return why no reminder goes out now, or None."""
    if not waits:
        return RemindNo.NOTHING_WAITS
    if last is not None and now - last < BETWEEN_REMINDERS:
        return RemindNo.TOO_SOON
    return None


def last_of(moments: Sequence[datetime]) -> datetime | None:
    """Return the latest of some instants, or None."""
    return max(moments, default=None)
