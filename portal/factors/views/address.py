"""Another mail address to sign in with: asked for, proven, objected to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.factors.forms import AddressForm, ChoiceForm
from portal.factors.views import bp
from portal.factors.views.password import own_account
from portal.people.actions import ask_address, not_my_change, object_to, prove_address
from portal.people.policy import MoveNo
from portal.people.queries import address_of_person, objectionable, practice_or_missing, provable
from portal.people.views import practice_frame
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, alive, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.people.models import AddressChange


@bp.get("/account/address")
@guard(Door.DESK, fresh=True)
def new_address(work: Work) -> Response:
    """Ask for another address."""
    account = own_account(work)
    return page("factors/address.html", form=AddressForm(),
                address=address_of_person(work, account.person_id))


@bp.post("/account/address")
@guard(Door.DESK, fresh=True)
def move(work: Work) -> Response:
    """Send the link that proves it, and tell the old address."""
    account, form = own_account(work), AddressForm()
    if form.validate_on_submit():
        if ask_address(work, account, said(form.email)) is None:
            flash(_("A link is on its way to the new address. Until it is used, you sign in with "
                    "the old one, which hears of this too."))
            return go("people.account")
        blame(form, "email", _("This is the address that you have. Enter another one."))
    return again("factors/address.html", form=form,
                 address=address_of_person(work, account.person_id))


def _frame(work: Work, change: AddressChange) -> None:
    practice_frame(practice_or_missing(work, change.practice_id))


def _proof_form() -> ChoiceForm:
    form = ChoiceForm()
    form.choice.choices = [("use", _("Yes, I asked for this: I sign in with this address")),
                           ("not_me", _("No, this is not me"))]
    return form


@bp.get("/address/<secret>")
@guard(Door.ANYONE)
def address_door(work: Work, secret: str) -> Response:
    """Ask whether whoever reads this mailbox asked for it; opening this changes nothing (Z9)."""
    change = alive(provable(work, secret))
    _frame(work, change)
    return page("factors/address_door.html", form=_proof_form())


@bp.post("/address/<secret>")
@guard(Door.ANYONE)
def answer_address(work: Work, secret: str) -> Response:
    """Let the new address sign in, or end the change."""
    change, form = alive(provable(work, secret)), _proof_form()
    _frame(work, change)
    if not form.validate_on_submit():
        return again("factors/address_door.html", form=form)
    if form.choice.data == "not_me":
        not_my_change(work, change)
        return page("factors/address_not_me.html")
    if prove_address(work, change) is MoveNo.TAKEN:
        return page("factors/join_taken.html")
    flash(_("From now on you sign in with this address."))
    return go("factors.sign_in")


def _objection_form() -> ChoiceForm:
    form = ChoiceForm()
    form.choice.choices = [("stop", _("Stop it, and sign everybody out")),
                           ("fine", _("It was me, go on"))]
    return form


@bp.get("/objection/<secret>")
@guard(Door.ANYONE)
def objection(work: Work, secret: str) -> Response:
    """Ask whether the change is to be stopped; opening this changes nothing (Z9)."""
    change = alive(objectionable(work, secret))
    _frame(work, change)
    return page("factors/objection.html", form=_objection_form())


@bp.post("/objection/<secret>")
@guard(Door.ANYONE)
def answer_objection(work: Work, secret: str) -> Response:
    """Stop the change or take it back, if that is what was chosen."""
    change, form = alive(objectionable(work, secret)), _objection_form()
    _frame(work, change)
    if not form.validate_on_submit():
        return again("factors/objection.html", form=form)
    if form.choice.data == "stop":
        object_to(work, change)
        flash(_("Stopped. You sign in with the address that you had. Change your password "
                "now, and look under “How I come in” whether every app and device is yours."))
    return go("factors.sign_in")
