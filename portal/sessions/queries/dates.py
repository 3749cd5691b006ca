"""Reading the sessions of an engagement: dates and places, and nothing about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.queries import standing_of_one
from portal.engagements.models import CoachingSession
from portal.engagements.policy import Mandatory, engagement_state
from portal.engagements.queries import by_id
from portal.plain.errors import Missing
from portal.sessions.policy import SessionFacts, Word, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.engagements.models import Engagement
    from portal.ground.work import Work

#: How many sessions to come stand on the card of an engagement.
_ON_CARD = 3


@dataclass(frozen=True, slots=True)
class Dates:
    """Hold one session as pages show it to whoever may know when and where."""

    id: str
    code: str
    starts_at: datetime
    ends_at: datetime
    place: str
    word: Word
    was_at: datetime | None
    changed_at: datetime
    sequence: int

    @property
    def to_come(self) -> bool:
        """Tell whether it is still to come or runs now."""
        return self.word in (Word.PLANNED, Word.MOVED)


@dataclass(frozen=True, slots=True)
class Card:
    """Hold what the page of an engagement says about its sessions."""

    engagement_id: str
    coming: Sequence[Dates]
    count: int
    may_begin: bool


def facts_of(session: CoachingSession) -> SessionFacts:
    """Return what the rules see of a session."""
    return SessionFacts(session.starts_at, session.ends_at, session.was_at is not None,
                        session.cancelled_at)


def dates_of(work: Work, session: CoachingSession) -> Dates:
    """Return a session as pages show it."""
    return Dates(
        id=session.id, code=f"S{session.number}", starts_at=session.starts_at,
        ends_at=session.ends_at, place=work.reveal(session, "place"),
        word=word(facts_of(session), work.now), was_at=session.was_at,
        changed_at=session.changed_at, sequence=session.sequence,
    )


def sessions_of(work: Work, engagement_id: str) -> list[CoachingSession]:
    """Return all sessions of an engagement as they follow each other in time."""
    return list(work.session.scalars(
        select(CoachingSession).where(CoachingSession.engagement_id == engagement_id)
        .order_by(CoachingSession.starts_at, CoachingSession.number)
    ))


def session_or_missing(work: Work, engagement_id: str, session_id: str) -> CoachingSession:
    """Return a session of this engagement; another engagement's does not exist."""
    found = work.session.get(CoachingSession, session_id)
    if found is None or found.engagement_id != engagement_id:
        raise Missing("session")
    return found


def planned_by_me(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement whose dates the acting account looks after: its own coach, or a
    logistics helper of the practice. To anybody else it does not exist (Z5)."""
    engagement, actor = by_id(work, engagement_id), work.actor
    if actor is None or engagement.practice_id != actor.practice_id:
        raise Missing("engagement")
    if actor.person_id != engagement.coach_id and actor.role != "helper":
        raise Missing("engagement")
    return engagement


def may_begin(work: Work, engagement_id: str) -> bool:
    """Tell whether every mandatory agreement is in force: no session before that (S3-4)."""
    standing = standing_of_one(work, engagement_id)
    spans = Mandatory(standing.mandatory_spans(work.now))
    return engagement_state(engagement_id, standing.events, spans, work.now) == "ACTIVE"


def sessions_card(work: Work, engagement_id: str) -> Card:
    """Return the sessions of an engagement in short; the caller has checked who asks."""
    all_ = [dates_of(work, session) for session in sessions_of(work, engagement_id)]
    coming = [dates for dates in all_ if dates.to_come]
    return Card(engagement_id, coming[:_ON_CARD], len(all_), may_begin(work, engagement_id))
