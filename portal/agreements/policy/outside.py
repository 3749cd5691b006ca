"""What everybody but coach and coachee can know of a version (Z2, Z3, INV-16)."""

from __future__ import annotations

from dataclasses import replace

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.machines import KINDS

#: Acts by which a version falls asleep and wakes up.
_SLEEP = (KINDS["version.suspended"], KINDS["version.reaffirmed"])


def as_others_know(facts: VersionFacts) -> VersionFacts:
    """Return a version without what only coach and coachee know: its sleep, what the coachee took
    back, and whose signature is in doubt."""
    coachee = {slot.party_id for slot in facts.slots if slot.role == "COACHEE"}
    quiet = {(taken.at, "withdraw") for taken in facts.withdrawn
             if taken.line is None and taken.by in coachee}
    return replace(
        facts, signed=tuple(replace(signed, disputed=()) for signed in facts.signed),
        acts=tuple(act for act in facts.acts if act not in quiet and act[1] not in _SLEEP))
