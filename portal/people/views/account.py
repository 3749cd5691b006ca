"""One's own account: where one is signed in, and the ways to change how one comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, session

from portal.people.actions import end_other_sessions, end_own_session
from portal.people.queries import own_session, places_of
from portal.people.views import bp
from portal.people.views.members import acting
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/account")
@guard(Door.DESK)
def account(work: Work) -> Response:
    """Show where one is signed in, and what can be changed."""
    return page("people/account.html", places=places_of(work, acting(work)))


@bp.post("/account/sessions/<sign_in_id>/end")
@guard(Door.DESK)
def end_session(work: Work, sign_in_id: str) -> Response:
    """End one session at once, this one or another."""
    actor = acting(work)
    end_own_session(work, own_session(work, actor, sign_in_id))
    if sign_in_id == actor.session_id:
        session.clear()
        flash(_("You are signed out."))
        return go("factors.sign_in")
    flash(_("That session has ended. Whoever sat there has to sign in anew."))
    return go("people.account")


@bp.post("/account/other-sessions/end")
@guard(Door.DESK)
def end_others(work: Work) -> Response:
    """End all sessions but this one."""
    end_other_sessions(work, acting(work))
    flash(_("Every other session has ended. You are signed in here alone."))
    return go("people.account")
