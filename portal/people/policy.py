"""Rules about members, passwords, addresses and sessions, and the pauses after failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.throttles.policy import Limit, Pauses

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


#: The longest that wrong passwords from one place make that place wait.
_LONGEST_WAIT = timedelta(hours=1)


def password_pause(fails: int) -> timedelta:
    """Return how long a place waits after that many wrong passwords in a row: 0 before the fifth,
    then 1, 2, 4, 8, 16, 32 and 60 minutes. So no place alone tries more than 34 in a day."""
    if fails < PAUSES_FROM:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(fails - PAUSES_FROM, 6)), _LONGEST_WAIT)


#: Wrong passwords for one account from one place; for one account from everywhere (SP 800-63B-4
#: allows 100); and for all accounts from one network.
PASSWORD = Pauses("password", password_pause)
ACCOUNT = Limit("account", 100, timedelta(days=1))
SIGN_INS = Limit("sign-in", 30, timedelta(minutes=15))


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


#: When a session was last used is kept no more exactly than this, so that a look writes seldom.
SEEN_EVERY = timedelta(minutes=2)
#: So long after a factor was proven may an act be done that asks for it.
_FRESH_FOR = timedelta(minutes=10)


def last_used(seen_at: datetime, by_cookie: datetime) -> datetime:
    """Return when a session was last used: what the cookie says counts only as far as the server
    has seen it too, and the other way round. So neither a cookie that was copied long ago nor one
    that was made up lives longer."""
    return min(by_cookie, seen_at + SEEN_EVERY)


def is_seen_due(seen_at: datetime, now: datetime) -> bool:
    """Tell whether it is time to keep that a session is used."""
    return now - seen_at >= SEEN_EVERY


def fresh_until(proved_at: datetime | None) -> datetime | None:
    """Return until when acts that ask for a factor need no further code, or None."""
    return None if proved_at is None else proved_at + _FRESH_FOR


#: So long after its end may a session that ran out still bring a draft: a night, not a week.
DRAFTS_FOR = timedelta(hours=24)


def only_ran_out(ends_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a dead session died of age alone, not long ago: what it brings may be kept
    as a draft, and nothing more."""
    return ended_at is None and now < ends_at + DRAFTS_FOR


#: So long is kept where and when somebody was signed in, after its end, and who asked for a link to
#: another password or address: as the access log (Z16).
TRACES_KEPT = timedelta(days=90)
#: So long is what came too late kept for whoever typed it, and so many forms of one person.
LATE_KEPT, MOST_LATE = timedelta(days=7), 5


def normal_address(address: str) -> str:
    """Return the spelling under which an address is found again."""
    return address.strip().casefold()


class Role(StrEnum):
    """Name what an account is in its practice (Z5)."""

    OWNER = "owner"
    COACH = "coach"
    HELPER = "helper"


class Sees(StrEnum):
    """Say in a word what somebody of the practice can open of an engagement (INV-24)."""

    COACH = "coach"
    STATES = "states only"
    DATES = "dates and reminders"


def sees(role: Role, *, coaches: bool) -> Sees | None:
    """Return what a member can open of an engagement that they coach or do not coach, or None:
    another coach of the practice sees nothing of it (Z5)."""
    if coaches:
        return Sees.COACH
    return {Role.OWNER: Sees.STATES, Role.HELPER: Sees.DATES}.get(role)


class MemberNo(StrEnum):
    """Name why a membership stays as it is."""

    LAST_OWNER = "last_owner"
    SAME_ROLE = "same_role"
    STILL_COACHES = "still_coaches"


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Hold what decides whether a membership may change: `owners` are all of the practice,
    `coaches` is how many engagements this member coaches that still run."""

    role: Role
    owners: int
    coaches: int


def why_not_role(facts: MemberFacts, role: Role) -> MemberNo | None:
    """Return why a member cannot have another role, or None."""
    if role is facts.role:
        return MemberNo.SAME_ROLE
    if facts.role is Role.OWNER and facts.owners == 1:
        return MemberNo.LAST_OWNER
    return MemberNo.STILL_COACHES if role is Role.HELPER and facts.coaches else None


def why_not_leave(facts: MemberFacts, *, cannot_hand_over: bool = False) -> MemberNo | None:
    """Return why a membership cannot end, or None.

    Engagements are handed over first. Only for a coach who can no longer do it the owner may end
    the membership all the same, and then proposes somebody to each coachee.
    """
    if facts.role is Role.OWNER and facts.owners == 1:
        return MemberNo.LAST_OWNER
    return MemberNo.STILL_COACHES if facts.coaches and not cannot_hand_over else None


#: How long a link works by which somebody joins the practice.
JOIN_LASTS = timedelta(days=7)


class InviteNo(StrEnum):
    """Name why somebody is not invited into the practice."""

    ALREADY_IN = "already_in"
    ALREADY_INVITED = "already_invited"


def why_not_invite(*, is_in: bool, is_invited: bool) -> InviteNo | None:
    """Return why nobody is invited at an address: nobody joins a practice twice."""
    if is_in:
        return InviteNo.ALREADY_IN
    return InviteNo.ALREADY_INVITED if is_invited else None


class JoinNo(StrEnum):
    """Name why somebody cannot join: told to them alone, once their mailbox is proven."""

    HAS_ACCOUNT = "has_account"


def can_join(expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a link to join still works: neither run out nor ended nor used."""
    return ended_at is None and now < expires_at


#: How long a link proves another address, and how long the old address may object.
_PROOF_LASTS, _OBJECTION_LASTS = timedelta(hours=24), timedelta(days=7)


class MoveNo(StrEnum):
    """Name why an account keeps its address."""

    SAME = "same"
    TAKEN = "taken"


def can_prove(asked_at: datetime, done_at: datetime | None, now: datetime) -> bool:
    """Tell whether a link still proves an address: within a day, once."""
    return done_at is None and now < asked_at + _PROOF_LASTS


#: After one of these no link works any more that was mailed before it to change how somebody signs
#: in, and no password counts that was typed before it.
ENDS_LINKS = frozenset({
    "account.address_changed", "account.address_objected", "account.password_changed",
    "account.password_reset", "revoked.person", "revoked.practice"})


def can_object(asked_at: datetime, ended_as: str | None, now: datetime) -> bool:
    """Tell whether the old address may still object: within a week, whether the new one was
    proven or not; a change that came to nothing otherwise cannot be objected to."""
    return ended_as is None and now < asked_at + _OBJECTION_LASTS


#: How long a program's key may live, in days: a year at the most.
TOKEN_DAYS = (30, 90, 365)
#: How many keys of one account may work at a time.
MOST_TOKENS = 20
#: How many calls one key may make within how long, and how many with dead keys one network.
CALLS, CALLS_WITHIN = 60, timedelta(seconds=60)
CALL = Limit("call", CALLS, CALLS_WITHIN)
DEAD_KEYS = Limit("dead-key", 60, timedelta(minutes=10))


class TokenNo(StrEnum):
    """Name why an account gets no further key for a program."""

    TOO_MANY = "too_many"


def why_not_token(living: int) -> TokenNo | None:
    """Return why an account with so many living keys gets no more of them, or None."""
    return TokenNo.TOO_MANY if living >= MOST_TOKENS else None


def token_lives(expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a program's key still works."""
    return ended_at is None and now < expires_at
