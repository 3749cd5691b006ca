"""Joining a practice: a button behind a link, then a password; the app comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import session

from portal.factors.actions import begin_enrolment
from portal.factors.forms import EnterForm, JoinForm
from portal.factors.queries import has_had_factor, live_factor
from portal.factors.views import bp
from portal.factors.views.sign_in import HALFWAY
from portal.people.actions import join as join_practice
from portal.people.actions import not_for_me
from portal.people.policy import Owner, ReadBy
from portal.people.queries import (
    invited_as,
    join_signer,
    joinable,
    joinable_by_id,
    person_or_missing,
    practice_or_missing,
    why_not_joining,
)
from portal.people.views import practice_frame
from portal.throttles.views import counts_made_up
from portal.web.guards import Door, guard
from portal.web.pages import again, alive, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import MembershipInvitation

#: The invitation whose button was pressed; the cookie is encrypted, the token has left the address.
JOINING = "joining"


def _entered(work: Work) -> MembershipInvitation:
    invitation = alive(joinable_by_id(work, session.get(JOINING, "")))
    practice_frame(practice_or_missing(work, invitation.practice_id))
    return invitation


def _form(work: Work, invitation: MembershipInvitation) -> JoinForm:
    form = JoinForm()
    form.name_choices(*invited_as(work, invitation))
    return form


@bp.get("/join/<token>")
@counts_made_up(join_signer)
@guard(Door.ANYONE)
def join_door(work: Work, token: str) -> Response:
    """Show which practice invites, and a button. Changes nothing (Z9)."""
    invitation = alive(joinable(work, token))
    practice_frame(practice_or_missing(work, invitation.practice_id))
    work.note("link.looked", "living", practice_id=invitation.practice_id,
              subject_id=invitation.id)
    return page("factors/join_door.html", form=EnterForm())


@bp.post("/join/<token>")
@counts_made_up(join_signer)
@guard(Door.ANYONE)
def join_enter(work: Work, token: str) -> Response:
    """Take the token out of the address; nothing in the database changes."""
    invitation = alive(joinable(work, token))
    session[JOINING] = invitation.id
    return go("factors.join")


@bp.get("/join")
@guard(Door.ANYONE)
def join(work: Work) -> Response:
    """Ask who it is and for a password; or say, to the owner of the mailbox alone, that the
    address has an account already."""
    invitation = _entered(work)
    if why_not_joining(work, invitation) is not None:
        return page("factors/join_taken.html")
    return page("factors/join.html", form=_form(work, invitation), role=invitation.role)


@bp.post("/join")
@guard(Door.ANYONE)
def joined(work: Work) -> Response:
    """Open the account, once, and go on to the authenticator app."""
    invitation = _entered(work)
    if why_not_joining(work, invitation) is not None:
        return page("factors/join_taken.html")
    form = _form(work, invitation)
    if not form.validate_on_submit():
        return again("factors/join.html", form=form, role=invitation.role)
    session.pop(JOINING)
    if form.who.data == "not_me":
        not_for_me(work, invitation)
        return page("factors/join_not_me.html")
    return _go_on(work, invitation, form)


def _go_on(work: Work, invitation: MembershipInvitation, form: JoinForm) -> Response:
    account = join_practice(work, invitation, form.password.data or "",
                            Owner(form.owner.data), ReadBy(form.read_by.data))
    session[HALFWAY] = [account.id, work.now.timestamp()]
    if live_factor(work, account.person_id) is not None:
        return go("factors.code")
    if has_had_factor(work, account.person_id):
        return go("factors.recovery")
    begin_enrolment(work, person_or_missing(work, account.practice_id, account.person_id))
    return go("factors.enrol")
