"""What the pages of coach and helper show: the helper dates and places, the coach also who."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.queries import parties_of
from portal.people.queries import names_of
from portal.reaching.policy import seen_outside
from portal.sessions.policy import MODES, Mode, Presence, why_not_cancel, why_not_move
from portal.sessions.queries.dates import (
    dates_of,
    facts_of,
    may_begin,
    planned_by_me,
    session_or_missing,
    sessions_of,
)
from portal.sessions.queries.people import thirds_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.agreements.queries import Standing
    from portal.engagements.models import CoachingSession, Engagement
    from portal.ground.work import Work
    from portal.sessions.queries.dates import Dates
    from portal.sessions.queries.people import Third


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold what every page about sessions says of its engagement; `mine` is its coach's own."""

    engagement_id: str
    title: str
    coach: str
    coachee: str
    mine: bool
    may_begin: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold all sessions of an engagement."""

    frame: Frame
    coming: Sequence[Dates]
    past: Sequence[Dates]


@dataclass(frozen=True, slots=True)
class Beside:
    """Hold a third person on the coach's page: who it is, and how far their agreement is.

    `word` is that of `portal.reaching.policy.outside`, or "draft", or "" where there is none.
    """

    third: Third
    word: str
    agreement_id: str = ""

    @property
    def modes(self) -> Sequence[Mode]:
        """Return the ways in which this person may take part."""
        return MODES[self.third.role]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one session; people are for the engagement's coach alone."""

    frame: Frame
    dates: Dates
    beside: Sequence[Beside]
    may_move: bool
    may_cancel: bool


def frame_of(work: Work, engagement_id: str) -> Frame:
    """Return what is said of an engagement whose dates the acting account looks after."""
    engagement = planned_by_me(work, engagement_id)
    parties = parties_of(work, [engagement.id])[engagement.id]
    coachee = next(p.person_id for p in parties if p.role == "COACHEE")
    names = names_of(work, [engagement.coach_id, coachee])
    mine = work.actor is not None and work.actor.person_id == engagement.coach_id
    return Frame(engagement.id, work.reveal(engagement, "title"), names[engagement.coach_id],
                 names[coachee], mine, may_begin(work, engagement.id))


def listing_of(work: Work, engagement_id: str) -> Listing:
    """Return the sessions of an engagement: to come in order, then the past, newest first."""
    frame = frame_of(work, engagement_id)
    found = [dates_of(work, session) for session in sessions_of(work, engagement_id)]
    return Listing(frame, [dates for dates in found if dates.to_come],
                   [dates for dates in reversed(found) if not dates.to_come])


def sheet_of(work: Work, engagement_id: str, session_id: str) -> Sheet:
    """Return one session as the acting account may see it."""
    frame = frame_of(work, engagement_id)
    session = session_or_missing(work, engagement_id, session_id)
    facts = facts_of(session)
    return Sheet(
        frame=frame, dates=dates_of(work, session),
        beside=_beside(work, planned_by_me(work, engagement_id), session) if frame.mine else (),
        may_move=why_not_move(facts, work.now) is None,
        may_cancel=why_not_cancel(facts, work.now) is None,
    )


def _beside(work: Work, engagement: Engagement, session: CoachingSession) -> list[Beside]:
    standing = standing_of_one(work, engagement.id)
    parties = parties_of(work, [engagement.id])[engagement.id]
    return [_agreed(work, standing, session, third)
            for third in thirds_of(work, standing, parties, [session])[session.id]]


def _agreed(work: Work, standing: Standing, session: CoachingSession, third: Third) -> Beside:
    """Return how far the newest agreement is that is to let somebody in."""
    if third.presence is not Presence.NOT_AGREED:
        return Beside(third, "in_force")
    own = [agreement for agreement in standing.agreements.values()
           if agreement.party_id == third.party_id and agreement.id not in standing.dropped
           and agreement.session_id in (None, session.id)]
    if not own:
        return Beside(third, "")
    facts = standing.newest(own[-1].id)
    if facts is None:
        return Beside(third, "draft", own[-1].id)
    return Beside(third, seen_outside(facts, work.now), own[-1].id)
