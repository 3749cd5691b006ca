"""What everybody but coach and coachee can know of a version (Z2, Z3, INV-16)."""

from __future__ import annotations

from dataclasses import replace

from portal.agreements.policy.facts import VersionFacts


def as_others_know(facts: VersionFacts) -> VersionFacts:
    """Return a version without what only coach and coachee know: who was silent at a review, what
    the coachee took back, and whose signature is in doubt."""
    coachee = {slot.party_id for slot in facts.slots if slot.role == "COACHEE"}
    quiet = {(taken.at, "withdraw") for taken in facts.withdrawn
             if taken.line is None and taken.by in coachee}
    return replace(
        facts, signed=tuple(replace(signed, disputed=()) for signed in facts.signed),
        acts=tuple(act for act in facts.acts if act not in quiet),
        rhythm=None, called=(), answers=(), checked=())
