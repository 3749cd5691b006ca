"""Something went wrong: an owner ends in one act what lets people into the practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.handing.views import bp
from portal.people.queries import (
    account_or_missing,
    members_of,
    person_or_missing,
    practice_or_missing,
)
from portal.plain.errors import Missing
from portal.reaching.actions import revoke_person, revoke_practice
from portal.reaching.forms import RevokeForm
from portal.reaching.policy import Reason
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.actor import Actor
    from portal.ground.work import Work

_PRACTICE = "practice"


def _owner(work: Work) -> Actor:
    if work.actor is None:
        raise Missing("owner")
    return work.actor


def _form(work: Work) -> RevokeForm:
    form = RevokeForm()
    form.name_choices([
        (_PRACTICE, _("Of everybody: members, and all who were asked to sign")),
        *((member.account_id, _("Of {name}, with the keys of their programs").format(
            name=member.name)) for member in members_of(work, _owner(work).practice_id))])
    return form


@bp.get("/practice/incident")
@guard(Door.OWNER)
def incident(work: Work) -> Response:
    """Ask whose ways in end, and why."""
    return page("handing/incident.html", form=_form(work))


@bp.post("/practice/incident")
@guard(Door.OWNER, fresh=True)
def end_ways_in(work: Work) -> Response:
    """End them at once, and tell everybody concerned how to come back."""
    owner, form = _owner(work), _form(work)
    if not form.validate_on_submit():
        return again("handing/incident.html", form=form)
    reason, whose = Reason(form.reason.data), form.whose.data
    flash(_("Ended. Whoever may come back gets a mail that says how."))
    if whose == _PRACTICE:
        revoke_practice(work, practice_or_missing(work, owner.practice_id), reason)
        return go("factors.sign_in")
    account = account_or_missing(work, whose)
    revoke_person(work, person_or_missing(work, owner.practice_id, account.person_id), reason)
    return go("factors.sign_in" if whose == owner.account_id else "people.members")
