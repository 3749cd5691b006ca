"""Gathering the events that the coachee's edition tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.models import Engagement, Party
from portal.evidence.policy.story import (
    STORY,
    Event,
    StoryHeads,
    story_genesis,
    story_head,
    withheld,
)
from portal.ledger.policy import instant
from portal.ledger.queries import bodies_of

if TYPE_CHECKING:
    from datetime import datetime

    from portal.ground.work import Work


def events_told(work: Work, engagement_id: str) -> tuple[Event, ...]:
    """Return the events of an engagement that its coachee's edition tells, in order.

    What was before the coach of today took over is closed to them: of that the hashes alone.
    """
    began = _began(work, engagement_id)
    events = []
    for line in bodies_of(work, engagement_id, STORY):
        event: Event = {
            "at": instant(line.at), "kind": line.kind, "subject": line.subject_id,
            "actor": line.actor_id, "facts": line.facts, "entry": line.hash}
        events.append(withheld(event) if began is not None and line.at < began else event)
    return tuple(events)


def story_of(engagement_id: str, events: tuple[Event, ...]) -> StoryHeads:
    """Return what the story of an engagement begins and ends with."""
    genesis = story_genesis(engagement_id)
    return StoryHeads(genesis, story_head(genesis, events))


def _began(work: Work, engagement_id: str) -> datetime | None:
    """Return when the coach of today took over, None for the first one."""
    coach = work.session.get_one(Engagement, engagement_id).coach_id
    rows = work.session.execute(
        select(Party.person_id, Party.created_at)
        .where(Party.engagement_id == engagement_id, Party.role == "COACH")
        .order_by(Party.created_at)).all()
    if len(rows) < 2:
        return None
    began: datetime = max(row.created_at for row in rows if row.person_id == coach)
    return began
