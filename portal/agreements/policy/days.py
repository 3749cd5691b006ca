"""The days that a text names to a signer, for pages and calendars that others may see (Z3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.machines import VERSION
from portal.agreements.policy.outside import as_others_know
from portal.agreements.policy.reviews import named, reviews
from portal.agreements.policy.versions import history


@dataclass(frozen=True, slots=True)
class NamedDay:
    """Hold one day that a text names: a review by its key, or the last day, whose key is None.

    `over` says that everybody knows that it will not come, since `changed_at`.
    """

    version_id: str
    key: str | None
    on: date
    changed_at: datetime
    over: bool


def days_of(facts: VersionFacts, party_id: str, now: datetime) -> list[NamedDay]:
    """Return the days that a text names to a signer, in their order.

    They follow from the text and from what everybody knows: neither a silence nor a withdrawal
    by the coachee moves or removes one, for whoever reads them (Z3).
    """
    slot, rhythm = facts.slot_of(party_id), facts.rhythm
    if slot is None or rhythm is None:
        return []
    looked_at = reviews(facts) if facts.force_at() is not None else named(facts)
    days = [(review.day, review.key) for review in looked_at if review.asks_of(slot)]
    ended = known_end(facts, now)
    return [NamedDay(facts.version_id, key, day, facts.issued_at if ended is None else ended,
                     ended is not None)
            for day, key in [*days, (rhythm.ends_on, None)]]


def known_end(facts: VersionFacts, now: datetime) -> datetime | None:
    """Return since when everybody knows that a version has ended before its last day, or None."""
    known = as_others_know(facts)
    return next((at for at, name in history(known, now)
                 if name in VERSION.terminal and at < facts.valid_to), None)


def known_force(facts: VersionFacts, now: datetime) -> bool:
    """Tell whether a version came into force up to now, as everybody knows."""
    return any(name == "IN_FORCE" for _at, name in history(as_others_know(facts), now))
