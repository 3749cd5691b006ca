"""A party's own sessions, and the doors that the coachee can close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.desk.views import bp
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.sessions import actions
from portal.sessions.queries import appointments, own_page, session_or_missing
from portal.sessions.views.dates import as_calendar
from portal.signing.actions import take_seat
from portal.signing.queries import seat_of
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import CoachingSession
    from portal.ground.work import Work
    from portal.sessions.queries import OwnPage
    from portal.signing.queries import Seat


def _own(work: Work, seat: Seat) -> OwnPage:
    return own_page(work, seat.engagement, seat.party, seat.standing)


@bp.get("/p/sessions")
@guard(Door.PARTY)
def sessions(work: Work) -> Response:
    """Show the sessions that this person may know of: when, where, and who is there."""
    seat = seat_of(work)
    own = _own(work, seat)
    work.note("sessions.looked", seat.party.role.lower(), engagement_id=seat.engagement.id)
    return page("desk/sessions.html", seat=seat, own=own, form=PlainForm())


@bp.get("/p/sessions.ics")
@guard(Door.PARTY)
def session_dates(work: Work) -> Response:
    """Hand the same dates out for a calendar, with a title that says nothing."""
    seat = seat_of(work)
    own = _own(work, seat)
    known = [row.dates for row in (*own.coming, *own.past) if row.dates is not None]
    return as_calendar(appointments(seat.party.id, known), "appointments.ics")


def _held(work: Work, session_id: str, *, coachee: bool) -> tuple[Seat, CoachingSession]:
    """Return the seat, held, and a session of its engagement; only the coachee has doors."""
    seat = take_seat(work)
    if coachee and seat.party.role != "COACHEE":
        raise Missing("door")
    return seat, session_or_missing(work, seat.engagement.id, session_id)


@bp.post("/p/sessions/<session_id>/doors/<party_id>/closing")
@guard(Door.PARTY)
def close_door(work: Work, session_id: str, party_id: str) -> Response:
    """Close the door to somebody at once: no reason, no code, no question (K52)."""
    seat, session = _held(work, session_id, coachee=True)
    actions.close_door(work, seat.engagement, session, party_id)
    flash(_("The door is closed. Nobody is asked why, and no mail goes out."))
    return go("desk.sessions")


@bp.post("/p/sessions/<session_id>/doors/<party_id>/opening")
@guard(Door.PARTY)
def open_door(work: Work, session_id: str, party_id: str) -> Response:
    """Let somebody in again."""
    seat, session = _held(work, session_id, coachee=True)
    actions.open_door(work, seat.engagement, session, party_id)
    flash(_("The door is open again."))
    return go("desk.sessions")


@bp.post("/p/sessions/<session_id>/leaving")
@guard(Door.PARTY)
def step_out(work: Work, session_id: str) -> Response:
    """Step out of a session oneself."""
    seat, session = _held(work, session_id, coachee=False)
    actions.leave(work, seat.engagement, session, seat.party)
    flash(_("You have stepped out of this session. Only the person who is coached can let you "
            "in again."))
    return go("desk.sessions")
