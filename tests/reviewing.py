"""Reviews that were kept, and reviews that were missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.policy import Answer, Kind, Review, Says, VersionFacts, reviews
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.engagements.queries import parties_of
from portal.reviews.actions import answer
from portal.reviews.policy import stands_for, waits_for

if TYPE_CHECKING:
    from portal.ground.work import Work
    from tests.builders import World


def slept(facts: VersionFacts, since: datetime, until: datetime | None = None) -> VersionFacts:
    """Return a version whose coachee missed a review, so that it sleeps from an instant on, until
    they say keep, if they do."""
    due = since - timedelta(days=14)
    missed = Review("missed", Kind.EVENT, due.date(), due - timedelta(days=14), due, since,
                    frozenset({"COACHEE"}))
    coachee = next(slot.party_id for slot in facts.slots if slot.role == "COACHEE")
    late = [] if until is None else [Answer(until, coachee, "missed", Says.KEEP)]
    return replace(facts, called=(*facts.called, missed), answers=(*facts.answers, *late))


def go_to(world: World, at: datetime) -> None:
    """Move the clock forward to an instant."""
    world.clock.move(seconds=(at - world.clock.now()).total_seconds())


def says(
    world: World, *roles: str, word: Says = Says.KEEP, version_id: str | None = None
) -> int:
    """Let whoever is asked now answer, or those of some roles alone, about one version or all;
    returns how many answers that made."""
    with world.ground.work(writes=True) as work:
        return _say(work, world.ids["engagement"], roles, word, version_id)


def _say(
    work: Work, engagement_id: str, roles: tuple[str, ...], word: Says, version_id: str | None
) -> int:
    engagement = hold(work, engagement_id)
    made = 0
    for facts in standing_of_one(work, engagement_id).versions:
        for party in parties_of(work, [engagement_id])[engagement_id]:
            slot = facts.slot_of(party.id)
            if slot is None or (roles and slot.role not in roles) or not (
                    version_id in (None, facts.version_id)
                    and stands_for(facts, slot.role, work.now)):
                continue
            if (review := waits_for(facts, slot, work.now)) is not None:
                answer(work, engagement, party, facts, review, word)
                made += 1
    return made


def first_review(world: World, version_id: str) -> Review:
    """Return the first review of a version."""
    with world.ground.work(writes=False) as work:
        return reviews(standing_of_one(work, world.ids["engagement"]).version(version_id))[0]


def look_again(world: World, *roles: str, keys: tuple[str, ...] = ("T2", "T3")) -> None:
    """Let everybody, or some roles alone, keep texts at their first reviews, on its day."""
    for key in keys:
        due = first_review(world, world.ids[key]).due_at - timedelta(hours=1)
        if due > world.clock.now():
            go_to(world, due)
        assert says(world, *roles, version_id=world.ids[key])
