"""How somebody takes part, and the door: closed by the coachee at any minute (K52, S2-20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.agreements.queries import standing_of_one
from portal.engagements.actions import note
from portal.engagements.queries import parties_of
from portal.ground import chance
from portal.plain.errors import Missing, require
from portal.sessions.models import SessionPass
from portal.sessions.policy import Mode, usual_mode, why_not_cancel, why_not_mode
from portal.sessions.queries import facts_of, passes_of, thirds_of

if TYPE_CHECKING:
    from portal.engagements.models import CoachingSession, Engagement, Party
    from portal.ground.work import Work
    from portal.sessions.queries import Third


def set_mode(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str, mode: Mode
) -> None:
    """Say how a third person takes part in one session; this opens no door that is closed."""
    third = _third(work, engagement, session, party_id)
    require(why_not_cancel(facts_of(session), work.now))
    require(why_not_mode(third.role, mode))
    give_pass(work, engagement, session, party_id, mode)


def give_pass(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str, mode: Mode
) -> SessionPass:
    """Write down the mode of a party in a session."""
    row = passes_of(work, engagement.id).get((session.id, party_id))
    if row is None:
        row = SessionPass(
            id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
            session_id=session.id, party_id=party_id, mode=mode.value, given_at=work.now)
        work.session.add(row)
    elif row.mode == mode.value:
        return row
    row.mode = mode.value
    work.session.flush()
    note(work, engagement, "pass.mode", row.id,
         {"session": session.id, "party": party_id, "mode": mode.value})
    return row


def close_door(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str
) -> None:
    """Let the coachee close the door to somebody: at once, without a reason, told to nobody."""
    row = _row(work, engagement, session, party_id)
    if row.closed_at is None:
        row.closed_at = work.now
        _note_pass(work, engagement, row, "pass.closed")


def open_door(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str
) -> None:
    """Let the coachee, and nobody else, let somebody in again."""
    row = _row(work, engagement, session, party_id)
    if row.closed_at is not None or row.left_at is not None:
        row.closed_at = row.left_at = None
        _note_pass(work, engagement, row, "pass.reopened")


def leave(work: Work, engagement: Engagement, session: CoachingSession, party: Party) -> None:
    """Let somebody step out of a session that they take part in."""
    if not _third(work, engagement, session, party.id).is_in:
        raise Missing("pass")
    row = _row(work, engagement, session, party.id)
    row.left_at = work.now
    _note_pass(work, engagement, row, "pass.left")


def forget_passes(work: Work, party_id: str) -> None:
    """Let go of what was said about somebody who was named and never asked."""
    work.session.execute(delete(SessionPass).where(SessionPass.party_id == party_id))


def _third(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str
) -> Third:
    parties = parties_of(work, [engagement.id])[engagement.id]
    standing = standing_of_one(work, engagement.id)
    for third in thirds_of(work, standing, parties, [session])[session.id]:
        if third.party_id == party_id:
            return third
    raise Missing("party")


def _row(
    work: Work, engagement: Engagement, session: CoachingSession, party_id: str
) -> SessionPass:
    """Return the row of somebody who may be in a session that is not over."""
    third = _third(work, engagement, session, party_id)
    require(why_not_cancel(facts_of(session), work.now))
    found = passes_of(work, engagement.id).get((session.id, party_id))
    return found or give_pass(work, engagement, session, party_id, usual_mode(third.role))


def _note_pass(work: Work, engagement: Engagement, row: SessionPass, kind: str) -> None:
    note(work, engagement, kind, row.id, {"session": row.session_id, "party": row.party_id})
