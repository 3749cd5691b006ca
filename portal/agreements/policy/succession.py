"""Which text a newer one is compared with, and takes over from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.versions import history, state


def held_before(
    versions: Iterable[VersionFacts], agreement_id: str, parties: Iterable[str], at: datetime
) -> VersionFacts | None:
    """Return the newest version of an agreement that was ever in force up to an instant, between
    the same parties, or None.

    What never came into force is passed over; so is what an earlier coach signed, for it stays
    closed to the one who came after.
    """
    wanted, found = set(parties), None
    for facts in versions:
        if (facts.agreement_id == agreement_id and facts.issued_at < at
                and {slot.party_id for slot in facts.slots} == wanted
                and any(name == "IN_FORCE" for _at, name in history(facts, at))
                and (found is None or facts.number > found.number)):
            found = facts
    return found


def version_before(versions: Iterable[VersionFacts], facts: VersionFacts) -> VersionFacts | None:
    """Return the version that one was to take over from when it was issued, or None."""
    return held_before(versions, facts.agreement_id, [slot.party_id for slot in facts.slots],
                       facts.issued_at)


def holds(facts: VersionFacts, now: datetime) -> bool:
    """Tell whether a version binds now: in force, or asleep until a review is made up for."""
    return state(facts, now) in ("IN_FORCE", "SUSPENDED")
