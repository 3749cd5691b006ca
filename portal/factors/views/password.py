"""Another password for one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.factors.forms import PasswordForm
from portal.factors.views import bp
from portal.people.actions import change_password
from portal.people.policy import SignInNo
from portal.people.queries import account_of, address_of_person, names_of
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import Account


def own_account(work: Work) -> Account:
    """Return the account that acts, or raise `Missing`."""
    found = account_of(work, (work.actor.account_id if work.actor else None) or "")
    if found is None:
        raise Missing("account")
    return found


def _form(work: Work, account: Account) -> PasswordForm:
    form = PasswordForm()
    form.about = (names_of(work, [account.person_id])[account.person_id],
                  address_of_person(work, account.person_id))
    return form


@bp.get("/account/password")
@guard(Door.DESK, fresh=True)
def new_password(work: Work) -> Response:
    """Ask for the current password and a new one."""
    return page("factors/password.html", form=_form(work, own_account(work)))


@bp.post("/account/password")
@guard(Door.DESK, fresh=True)
def keep_password(work: Work) -> Response:
    """Keep the new one; every other session ends."""
    account = own_account(work)
    form = _form(work, account)
    if not form.validate_on_submit():
        return again("factors/password.html", form=form)
    no = change_password(work, account, form.current.data or "", form.password.data or "")
    if no is not None:
        blame(form, "current", _("This is not your password. Enter the one with which you signed "
                                 "in.") if no is SignInNo.WRONG else
              _("After several wrong tries there is a pause of some minutes. Try again then."))
        return again("factors/password.html", form=form)
    flash(_("Your password is changed. Every other session has ended."))
    return go("people.account")
