"""People of the practice: who is in, who was invited, and inviting somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.people.actions import NewMember, invite_member, resend, revoke_invitation
from portal.people.forms import InviteForm
from portal.people.policy import InviteNo, Role
from portal.people.queries import (
    invitation_or_missing,
    invited_to,
    members_of,
    practice_or_missing,
    why_not_invited,
)
from portal.people.views import bp
from portal.plain.errors import Missing
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.actor import Actor
    from portal.ground.work import Work


def acting(work: Work) -> Actor:
    """Return who acts; behind a door there is always somebody."""
    if work.actor is None:
        raise Missing("actor")
    return work.actor


def _form() -> InviteForm:
    form = InviteForm()
    form.name_choices()
    return form


@bp.get("/practice/people")
@guard(Door.OWNER)
def members(work: Work) -> Response:
    """Show who is in the practice, in which role and since when, and who was invited."""
    actor = acting(work)
    return page("people/members.html", members=members_of(work, actor.practice_id),
                invited=invited_to(work, actor.practice_id), own_id=actor.account_id)


@bp.get("/practice/people/new")
@guard(Door.OWNER)
def invite(work: Work) -> Response:
    """Ask whom to invite, and as what."""
    return page("people/invite.html", form=_form())


def _invite_words(no: InviteNo) -> str:
    return {
        InviteNo.ALREADY_IN: _("Somebody with this address is in the practice already."),
        InviteNo.ALREADY_INVITED: _("An invitation to this address is on its way. You can send it "
                                    "again from the page before this one."),
    }[no]


@bp.post("/practice/people/new")
@guard(Door.OWNER, fresh=True)
def send(work: Work) -> Response:
    """Send the invitation. What the address is elsewhere is not told to anyone here."""
    form, practice_id = _form(), acting(work).practice_id
    if not form.validate_on_submit():
        return again("people/invite.html", form=form)
    no = why_not_invited(work, practice_id, said(form.email))
    if no is not None:
        blame(form, "email", _invite_words(no))
        return again("people/invite.html", form=form)
    invite_member(work, practice_or_missing(work, practice_id), NewMember(
        said(form.name), said(form.email), Role(form.role.data)))
    flash(_("The invitation to {name} is on its way.").format(name=said(form.name)))
    return go("people.members")


@bp.post("/practice/invitations/<join_id>/link")
@guard(Door.OWNER, fresh=True)
def send_again(work: Work, join_id: str) -> Response:
    """Send the link anew; the old one ends at once. One that has ended stays so."""
    invitation = invitation_or_missing(work, join_id)
    resend(work, invitation)
    flash(_("A new link is on its way. The old one no longer works.")
          if invitation.ended_as is None else
          _("This invitation has ended meanwhile. Invite them anew if they are not here yet."))
    return go("people.members")


@bp.post("/practice/invitations/<join_id>/revocation")
@guard(Door.OWNER)
def revoke(work: Work, join_id: str) -> Response:
    """End an invitation at once, and forget for whom it was."""
    revoke_invitation(work, invitation_or_missing(work, join_id))
    flash(_("The invitation is taken back. Its link no longer works."))
    return go("people.members")
