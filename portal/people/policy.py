"""Rules about passwords, addresses and sessions, and the pauses after failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: From this failure on, the next code has to wait (Z12).
PAUSES_FROM = 5
#: The longest that wrong passwords or codes make the next try wait: a pause, never a lock.
_LONGEST_PAUSE = timedelta(minutes=15)


class SignInNo(StrEnum):
    """Name why a sign-in did not work; a stranger only ever hears "wrong" or "paused"."""

    WRONG = "wrong"
    PAUSED = "paused"


class Owner(StrEnum):
    """Say whose an address is."""

    PRIVATE = "private"
    EMPLOYER = "employer"
    SHARED = "shared"
    UNKNOWN = "unknown"


class ReadBy(StrEnum):
    """Say who else reads what arrives there."""

    NOBODY = "nobody"
    FAMILY = "family"
    ASSISTANT = "assistant"
    EMPLOYER = "employer"


class AddressNo(StrEnum):
    """Name why an address cannot be used for coaching mail."""

    EMPLOYER_OWNED = "employer_owned"
    READ_BY_EMPLOYER = "read_by_employer"
    NOT_PRIVATE = "not_private"


#: Roles that can only be reached at an address of their own (Z7).
PRIVATE_ADDRESS_ROLES = frozenset({"COACHEE", "GUARDIAN", "SUPPORTER", "GUEST"})


def why_not_address(role: str, owner: Owner, read_by: ReadBy) -> AddressNo | None:
    """Return why a person in this role cannot be written to at this address (Z7, LK2)."""
    if role not in PRIVATE_ADDRESS_ROLES:
        return None
    if owner is Owner.EMPLOYER:
        return AddressNo.EMPLOYER_OWNED
    if read_by in (ReadBy.EMPLOYER, ReadBy.ASSISTANT):
        return AddressNo.READ_BY_EMPLOYER
    if owner is not Owner.PRIVATE:
        return AddressNo.NOT_PRIVATE
    return None


def pause_after(fails: int) -> timedelta:
    """Return how long to wait after that many failures in a row: 0 before the fifth, then 1, 2,
    4, 8 and 15 minutes."""
    if fails < PAUSES_FROM:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(fails - PAUSES_FROM, 6)), _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Hold what decides whether a sign-in session still lives."""

    ends_at: datetime
    ended_at: datetime | None
    seen_at: datetime
    idle: timedelta


def is_alive(facts: SessionFacts, now: datetime) -> bool:
    """Tell whether a session lives: not ended, not past its end, not idle too long."""
    if facts.ended_at is not None or now >= facts.ends_at:
        return False
    return now - facts.seen_at < facts.idle


#: So long after its end may a session that ran out still bring a draft: a night, not a week.
_DRAFTS_FOR = timedelta(hours=24)


def only_ran_out(ends_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a dead session died of age alone, not long ago: what it brings may be kept
    as a draft, and nothing more."""
    return ended_at is None and now < ends_at + _DRAFTS_FOR


def normal_address(address: str) -> str:
    """Return the spelling under which an address is found again."""
    return address.strip().casefold()
