"""Whether a person may sign a version now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.machines import OPEN_STATES
from portal.agreements.policy.versions import state


class SignNo(StrEnum):
    """Name why a signature is not possible."""

    TEXT_CHANGED = "text_changed"
    NOT_OPEN = "not_open"
    ALREADY_SIGNED = "already_signed"
    NOT_A_SIGNER = "not_a_signer"
    NOT_READ = "not_read"
    CHOICE_MISSING = "choice_missing"
    NO_ERECORD_CONSENT = "no_erecord_consent"


@dataclass(frozen=True, slots=True)
class SignFacts:
    """Hold what decides whether this person may sign this version now."""

    version: VersionFacts
    slot_id: str | None
    hash_shown: str
    read_all: bool
    choices_complete: bool
    erecord_consent: bool


def is_waiting(facts: VersionFacts, now: datetime) -> bool:
    """Tell whether a version waits for those who have not signed it.

    One that somebody declined goes on waiting for the others until its day: to them a decline
    looks like silence (Z4). Taking it back ends that, and so does a coach who goes.
    """
    now_is = state(facts, now)
    if now_is == "DECLINED":
        return now < facts.sign_by and not (facts.had("recall", now) or facts.had("withdraw", now))
    return now_is in OPEN_STATES


def why_not_sign(facts: SignFacts, now: datetime) -> SignNo | None:
    """Return why a signature cannot be made now, or None (machine Signature, `confirm`).

    Asked before any code is looked at, so that a changed text burns none.
    """
    slots = {slot.slot_id for slot in facts.version.slots}
    if facts.slot_id is None or facts.slot_id not in slots:
        return SignNo.NOT_A_SIGNER
    if any(s.slot_id == facts.slot_id for s in facts.version.signed):
        return SignNo.ALREADY_SIGNED
    if not is_waiting(facts.version, now):
        return SignNo.NOT_OPEN
    if facts.hash_shown != facts.version.hash:
        return SignNo.TEXT_CHANGED
    if not facts.read_all:
        return SignNo.NOT_READ
    if not facts.choices_complete:
        return SignNo.CHOICE_MISSING
    return None if facts.erecord_consent else SignNo.NO_ERECORD_CONSENT
