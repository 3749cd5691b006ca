"""The words for a version on a party's own pages, the same whatever the coachee did (INV-16)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from portal.agreements.policy import VersionFacts, state
from portal.reaching.policy import seen_outside


class Spoken(StrEnum):
    """Say where a version stands, to somebody who signed it."""

    OPEN = "open"
    HELD = "held"
    IN_FORCE = "in_force"
    ASLEEP = "asleep"
    ENDED = "ended"


def spoken(facts: VersionFacts, now: datetime, *, coachee: bool) -> Spoken:
    """Return the word for a version.

    To the coachee asleep is a word of its own. To everybody else asleep, withdrawn, expired,
    refused and taken back are one word, and what the coachee ended before it was concluded
    looks like silence until its day (Z4, INV-16).
    """
    now_is = state(facts, now)
    if now_is == "SUSPENDED":
        return Spoken.ASLEEP if coachee else Spoken.ENDED
    if not coachee and facts.had("withdraw", now) and facts.complete_at() is None:
        return Spoken.OPEN if now < facts.sign_by else Spoken.ENDED
    return _WORDS.get(seen_outside(facts, now), Spoken.ENDED)


_WORDS = {"open": Spoken.OPEN, "held": Spoken.HELD, "in_force": Spoken.IN_FORCE}
#: What a version is called that may still come to something, or has.
ALIVE = frozenset({Spoken.OPEN, Spoken.HELD, Spoken.IN_FORCE, Spoken.ASLEEP})
