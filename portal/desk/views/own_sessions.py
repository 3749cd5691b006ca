"""Where a party is signed in, and ending what should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, session

from portal.desk.views import bp
from portal.desk.views.mails import is_proven
from portal.people.actions import end_other_sessions, end_own_session
from portal.people.queries import own_session, places_of
from portal.plain.errors import Missing
from portal.signing.queries import Seat, seat_of
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.actor import Actor
    from portal.ground.work import Work


def _seated(work: Work) -> tuple[Actor, Seat, bool]:
    seat = seat_of(work)
    if work.actor is None:
        raise Missing("seat")
    return work.actor, seat, is_proven(work, seat)


@bp.get("/p/account/sessions")
@guard(Door.MAILBOX)
def own_sessions(work: Work) -> Response:
    """Show where this person is signed in."""
    actor, seat, proven = _seated(work)
    return page("desk/own_sessions.html", seat=seat, proven=proven, may_end=actor.proven,
                places=places_of(work, actor))


@bp.post("/p/account/sessions/<sign_in_id>/end")
@guard(Door.PARTY)
def end_own_place(work: Work, sign_in_id: str) -> Response:
    """End one session at once, this one or another: what a link alone opened ends nothing, for
    scanners press buttons (Z9)."""
    actor, _seat, _proven = _seated(work)
    end_own_session(work, own_session(work, actor, sign_in_id))
    if sign_in_id == actor.session_id:
        session.pop("party", None)
        return go("reaching.lost")
    flash(_("That session has ended. Whoever sat there needs your link again, and a code."))
    return go("desk.own_sessions")


@bp.post("/p/account/other-sessions/end")
@guard(Door.PARTY)
def end_own_others(work: Work) -> Response:
    """End all sessions but this one."""
    end_other_sessions(work, _seated(work)[0])
    flash(_("Every other session has ended. You are signed in here alone."))
    return go("desk.own_sessions")
