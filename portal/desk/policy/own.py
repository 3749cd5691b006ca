"""The words for a version on a party's own pages, the same whatever the coachee did (INV-16)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from portal.agreements.policy import VersionFacts, as_others_know, state
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

    To the coachee asleep is a word of its own. Everybody else is told what follows from the
    signatures and the days of the text alone: that it sleeps, or that the coachee took it back,
    changes no word of theirs, on no day, so that not even looking daily dates it (Z2, INV-16).
    What the coachee ended before it was concluded looks like silence until its day (Z4).
    """
    if coachee:
        asleep = state(facts, now) == "SUSPENDED"
        return Spoken.ASLEEP if asleep else _WORDS.get(seen_outside(facts, now), Spoken.ENDED)
    known = as_others_know(facts)
    if known.had("withdraw", now) and known.complete_at() is None:
        return Spoken.OPEN if now < known.sign_by else Spoken.ENDED
    return _WORDS.get(seen_outside(known, now), Spoken.ENDED)


_WORDS = {"open": Spoken.OPEN, "held": Spoken.HELD, "in_force": Spoken.IN_FORCE}
#: What a version is called that may still come to something, or has.
ALIVE = frozenset({Spoken.OPEN, Spoken.HELD, Spoken.IN_FORCE, Spoken.ASLEEP})
