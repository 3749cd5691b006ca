"""The words for a version on a party's own pages, the same whatever the coachee did (INV-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from portal.agreements.policy import KINDS, VersionFacts, state
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


def as_others_know(facts: VersionFacts) -> VersionFacts:
    """Return a version without what only coach and coachee know: its sleep, what the coachee took
    back, and whose signature is in doubt."""
    coachee = {slot.party_id for slot in facts.slots if slot.role == "COACHEE"}
    quiet = {(taken.at, "withdraw") for taken in facts.withdrawn
             if taken.line is None and taken.by in coachee}
    return replace(
        facts, signed=tuple(replace(signed, disputed=()) for signed in facts.signed),
        acts=tuple(act for act in facts.acts if act not in quiet and act[1] not in _SLEEP))


#: Acts by which a version falls asleep and wakes up.
_SLEEP = (KINDS["version.suspended"], KINDS["version.reaffirmed"])
_WORDS = {"open": Spoken.OPEN, "held": Spoken.HELD, "in_force": Spoken.IN_FORCE}
#: What a version is called that may still come to something, or has.
ALIVE = frozenset({Spoken.OPEN, Spoken.HELD, Spoken.IN_FORCE, Spoken.ASLEEP})
