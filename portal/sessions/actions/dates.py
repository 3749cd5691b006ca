"""Planning, moving and cancelling sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.agreements.actions import discard_draft
from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold, note
from portal.engagements.models import CoachingSession
from portal.ground import chance
from portal.ledger.policy import instant
from portal.plain.errors import require
from portal.reaching.actions import recall
from portal.reaching.policy import seen_outside
from portal.sessions.policy import reaches, why_not_cancel, why_not_move, why_not_span
from portal.sessions.queries import facts_of, planned_by_me

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.sessions.policy import Span


def own(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement whose dates the acting account looks after, held for writing."""
    planned_by_me(work, engagement_id)
    hold(work, engagement_id)
    return planned_by_me(work, engagement_id)


def plan(work: Work, engagement: Engagement, span: Span, place: str) -> CoachingSession:
    """Plan the next session; coach and coachee alone take part (S2-6)."""
    require(why_not_span(span, work.now))
    last = work.session.scalar(select(func.max(CoachingSession.number)).where(
        CoachingSession.engagement_id == engagement.id)) or 0
    session = CoachingSession(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        key_id=engagement.key_id, number=last + 1, starts_at=span.starts_at, ends_at=span.ends_at,
        sequence=0, planned_at=work.now, changed_at=work.now,
    )
    work.hide(session, "place", place)
    work.session.add(session)
    work.session.flush()
    note(work, engagement, "session.planned", session.id,
         {"number": session.number, "starts": instant(span.starts_at),
          "ends": instant(span.ends_at)})
    return session


def move(
    work: Work, engagement: Engagement, session: CoachingSession, span: Span, place: str
) -> list[str]:
    """Move a session, and return the parties whose addendum does not reach its new date.

    What is not in force yet is taken back then; what is, ends by its own end (INV-9). They need
    a new addendum.
    """
    require(why_not_move(facts_of(session), work.now))
    require(why_not_span(span, work.now))
    if span.starts_at != session.starts_at:
        session.was_at = session.starts_at
    elsewhere = place != work.reveal(session, "place")
    session.starts_at, session.ends_at = span.starts_at, span.ends_at
    session.sequence, session.changed_at = session.sequence + 1, work.now
    work.hide(session, "place", place)
    work.session.flush()
    note(work, engagement, "session.moved", session.id,
         {"starts": instant(span.starts_at), "ends": instant(span.ends_at),
          "elsewhere": elsewhere})
    short = []
    standing = standing_of_one(work, engagement.id)
    for agreement, facts in _addenda(standing, session):
        if (facts is not None and _lives(work, facts)
                and not reaches(facts.effective_from, facts.valid_to, facts_of(session))):
            short.append(agreement.party_id or "")
            _take_back(work, engagement, facts)
    return short


def cancel(work: Work, engagement: Engagement, session: CoachingSession) -> None:
    """Cancel a session. What is in force for it ends at once; what is not yet, is taken back."""
    require(why_not_cancel(facts_of(session), work.now))
    standing = standing_of_one(work, engagement.id)
    for agreement, facts in _addenda(standing, session):
        if facts is None:
            discard_draft(work, engagement, agreement)
            note(work, engagement, "agreement.dropped", agreement.id)
        elif _lives(work, facts):
            _take_back(work, engagement, facts)
    session.cancelled_at = session.changed_at = work.now
    session.sequence += 1
    work.session.flush()
    note(work, engagement, "session.cancelled", session.id)


def _addenda(
    standing: Standing, session: CoachingSession
) -> list[tuple[Agreement, VersionFacts | None]]:
    """Return the addenda for a session that are pursued, each with its newest version."""
    return [(agreement, standing.newest(agreement.id))
            for agreement in standing.agreements.values()
            if agreement.session_id == session.id and agreement.id not in standing.dropped]


def _lives(work: Work, facts: VersionFacts) -> bool:
    """Tell whether a version waits or holds, as the coach may know it: a decline looks like
    waiting until its day (Z4)."""
    return seen_outside(facts, work.now) in ("open", "held", "in_force")


def _take_back(work: Work, engagement: Engagement, facts: VersionFacts) -> None:
    if state(facts, work.now) not in ("IN_FORCE", "SUSPENDED"):
        recall(work, engagement, facts.version_id)
