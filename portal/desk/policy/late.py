"""Whose answer to a review is missing, since when, and the one thing that a coach does there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.agreements.policy import VersionFacts, sleeps_for
from portal.reviews.policy import waits_for


class Do(StrEnum):
    """Name what a coach does about a missing answer."""

    ANSWER = "answer"
    RECORD = "record"
    ASK = "ask"
    CLEAR_UP = "clear_up"


@dataclass(frozen=True, slots=True)
class Late:
    """Hold somebody whose answer is missing: by when it was asked for, whether the lines to them
    sleep, and what is to be done. `due_at` is None where a signature is in doubt."""

    party_id: str
    role: str
    due_at: datetime | None
    sleeps: bool
    do: Do

    @property
    def day(self) -> datetime | None:
        """Return an instant of the day by which the answer was asked for."""
        return self.due_at - timedelta(seconds=1) if self.due_at is not None else None


def late_of(facts: VersionFacts, paper: Collection[str], now: datetime) -> list[Late]:
    """Return whose answers are missing after their day, the coach first; and who says that a
    signature is not theirs.

    Somebody who signs on paper gets no link: the coach writes down what they say (Z26).
    """
    found = []
    for slot in sorted(facts.slots, key=lambda slot: (slot.role != "COACH",
                                                      slot.role != "COACHEE", slot.party_id)):
        asleep = sleeps_for(facts, slot.party_id, now)
        if facts.disputed_by(slot.party_id, now):
            found.append(Late(slot.party_id, slot.role, None, asleep, Do.CLEAR_UP))
            continue
        review = waits_for(facts, slot, now)
        if review is not None and review.due_at <= now:
            do = (Do.ANSWER if slot.role == "COACH"
                  else Do.RECORD if slot.party_id in paper else Do.ASK)
            found.append(Late(slot.party_id, slot.role, review.due_at, asleep, do))
    return found
