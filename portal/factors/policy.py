"""When a code is looked at, and when it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.throttles.policy import Limit

#: At this failure the factor is disabled and must be vouched for again (SP 800-63B-4 allows 100).
DISABLED_AT = 20
#: How many recovery codes are made at enrolment, and their letters: no 0/O, 1/I/L.
RECOVERY_CODES = 8
RECOVERY_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RECOVERY_LENGTH = 16


#: On what proof an authenticator rests: the link or the password, a code of another one, a recovery
#: code, or the coach who knew the voice.
FIRST, BESIDE, RECOVERED, ANEW = "first", "beside", "recovered", "anew"
#: So many apps a person may have at a time, and so long is the word for one.
MOST_APPS, NAME_LENGTH = 5, 40
#: Codes of so many first apps count at a time: one for each browser that came by link.
MOST_PENDING = 5


class AppNo(StrEnum):
    """Name why the authenticators of a person stay as they are."""

    TOO_MANY = "too_many"
    LAST = "last"


def why_not_another(count: int) -> AppNo | None:
    """Return why a person with so many authenticators gets no other one, or None."""
    return AppNo.TOO_MANY if count >= MOST_APPS else None


def why_not_remove(count: int) -> AppNo | None:
    """Return why none of so many authenticators is removed: never the last one."""
    return AppNo.LAST if count < 2 else None


class CodeNo(StrEnum):
    """Name why a code was not taken."""

    NOT_SIX_DIGITS = "not_six_digits"
    WRONG = "wrong"
    USED = "used"
    PAUSED = "paused"
    DISABLED = "disabled"
    NO_FACTOR = "no_factor"
    NOT_YET = "not_yet"
    NOT_HERE = "not_here"
    TOO_LATE = "too_late"
    OTHER_TEXTS = "other_texts"
    NOT_YOURS = "not_yours"
    COUNTED_BACK = "counted_back"


#: What a factor is: an app that makes codes, or a passkey that signs.
APP, PASSKEY = "totp", "passkey"
#: For so long an answer of a passkey may take, and so long it is kept what was answered.
ASKED_FOR, ASKED_KEPT = timedelta(minutes=10), timedelta(days=1)


def enrols(set_up_as: str) -> bool:
    """Tell whether the first code of an app enrols it: not where the coach has to know the voice
    and a day has to pass before it counts."""
    return set_up_as != ANEW


def is_anew(set_up_as: str) -> bool:
    """Tell whether an authenticator took the place of a lost one."""
    return set_up_as in (RECOVERED, ANEW)


def is_live(
    enrolled_at: datetime | None, asleep_until: datetime | None, now: datetime
) -> bool:
    """Tell whether an authenticator that is not disabled counts: enrolled, and not asleep while
    the person sets up another one."""
    return enrolled_at is not None and (asleep_until is None or asleep_until <= now)


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


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Hold what decides whether a challenge may still be answered, by whom and from where."""

    person_id: str
    place: str
    expires_at: datetime
    used_at: datetime | None


def why_not_answer(
    facts: AskedFacts | None, person_id: str, place: str, now: datetime
) -> CodeNo | None:
    """Return why what a passkey was asked cannot be answered any more, or None: each challenge
    once, in time, by the person and in the browser that were asked."""
    if facts is None or facts.used_at is not None or now >= facts.expires_at:
        return CodeNo.TOO_LATE
    return None if (facts.person_id, facts.place) == (person_id, place) else CodeNo.TOO_LATE


def why_not_count(last: int, count: int) -> CodeNo | None:
    """Return why the counter of a passkey is not accepted: where it counts it must go up, or two
    devices hold the same key (WebAuthn, section 6.1.1). Many passkeys do not count: always 0."""
    return CodeNo.COUNTED_BACK if count <= last and (count or last) else None


def why_not_make(*, has_factor: bool, proven: bool) -> CodeNo | None:
    """Return why no passkey is made: a further factor needs the first one."""
    return CodeNo.NO_FACTOR if has_factor and not proven else None


def recovery_spelling(typed: str) -> str:
    """Return a recovery code as it is hashed: capitals, without spaces and hyphens."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def could_recover(spelled: str) -> bool:
    """Tell whether a text has the form of a recovery code; any other is compared with none."""
    return len(spelled) == RECOVERY_LENGTH and set(spelled) <= set(RECOVERY_ALPHABET)


def grouped(code: str) -> str:
    """Return a recovery code in groups of four, as people read it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


#: So long a link to another password works: SP 800-63B-4 allows a day for what goes out by mail.
RESET_LASTS = timedelta(hours=1)
#: How many such links one account is sent, whoever asks for them.
RESETS = Limit("reset", 1, timedelta(hours=1))
RESETS_A_DAY = Limit("resets", 5, timedelta(days=1))


def can_reset(asked_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Tell whether a link to another password works: an hour long, and once."""
    return ended_at is None and now < asked_at + RESET_LASTS


#: What the record calls it when an operator lets somebody in again who has nothing left to prove
#: with, and what ends that: the newest of these counts.
REOPENED, KEPT_SHUT = "recovery.reopened", "recovery.kept_shut"
REOPENING = frozenset({REOPENED, KEPT_SHUT, "factor.enrolled", "recovery.used"})
#: So long the person may stop it, and so long it can be used after that.
REOPENS_AFTER, REOPEN_LASTS = timedelta(days=1), timedelta(days=14)


def is_reopened(newest: tuple[str, datetime] | None, proved_at: datetime | None,
                now: datetime) -> bool:
    """Tell whether somebody sets up a new app behind the password alone: an operator said so a day
    ago, and nobody has come in since with what is said to be lost."""
    if newest is None or newest[0] != REOPENED:
        return False
    at = newest[1]
    if proved_at is not None and proved_at >= at:
        return False
    return at + REOPENS_AFTER <= now < at + REOPENS_AFTER + REOPEN_LASTS
