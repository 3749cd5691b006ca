"""One question between reviews: is it still fine? Nothing hangs on the answer (S2-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.agreements.policy.reviews import reviews
from portal.plain.days import end_of
from portal.wording.policy import add_months

if TYPE_CHECKING:
    from portal.agreements.policy.facts import VersionFacts

#: How long a question may be answered.
ASKED_FOR = timedelta(days=14)


class Feels(StrEnum):
    """Name an answer to a check-in."""

    FINE = "fine"
    TALK = "talk"


#: What the record calls each answer.
FEELS_KINDS = {Feels.FINE: "check_in.fine", Feels.TALK: "check_in.talk"}


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Hold one question: from when until when it may be answered. `key` stays the same for ever."""

    key: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what a party answered to a check-in, and when."""

    at: datetime
    party_id: str
    key: str
    feels: Feels


def check_ins(facts: VersionFacts) -> list[CheckIn]:
    """Return the questions between the reviews of a version, from the days that its text names;
    none while a review asks the same people for more."""
    rhythm, force = facts.rhythm, facts.force_at()
    found: list[CheckIn] = []
    if rhythm is None or force is None or not rhythm.check_in_months:
        return found
    number = 1
    while True:
        day = add_months(rhythm.starts_on, rhythm.check_in_months * number)
        opens_at = end_of(day - timedelta(days=1), rhythm.zone)
        if opens_at >= facts.valid_to:
            return found
        reviewed = any(review.opens_at <= opens_at < review.grace_until
                       for review in reviews(facts))
        if opens_at > force and not reviewed:
            found.append(CheckIn(f"m{number}", opens_at,
                                 min(opens_at + ASKED_FOR, facts.valid_to)))
        number += 1


def check_in_for(facts: VersionFacts, party_id: str, now: datetime) -> CheckIn | None:
    """Return the question that waits for a party now, or None. The coach is not asked."""
    slot = facts.slot_of(party_id)
    if slot is None or slot.role == "COACH":
        return None
    done = {checked.key for checked in facts.checked if checked.party_id == party_id}
    return next((one for one in check_ins(facts)
                 if one.opens_at <= now < one.closes_at and one.key not in done), None)
