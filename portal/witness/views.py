"""The page on which anyone can have a paper checked, without an account (Z2), and an owner's page
about checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, request
from flask import Response as FlaskResponse

from portal.plain.errors import Missing
from portal.throttles.actions import take
from portal.throttles.policy import Try
from portal.throttles.views import network, not_yet
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.uploads import takes
from portal.witness.actions import wish_checkpoints
from portal.witness.forms import CheckForm, WishForm
from portal.witness.policy import CHECKED, KIT, LARGEST, Verdict
from portal.witness.queries import answer_code, answer_file, own_place, wish_of

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.actor import Actor
    from portal.ground.work import Work

bp = Blueprint("witness", __name__)


@bp.get("/check")
@guard(Door.ANYONE)
def check(work: Work) -> Response:
    """Ask for a file or a code."""
    return page("witness/check.html", form=CheckForm(formdata=None), answer=None)


@bp.post("/check")
@takes(LARGEST + 4096)
@guard(Door.ANYONE)
def answer(work: Work) -> Response:
    """Say genuine, changed or unknown, and when it was sealed: no name and no word of it."""
    form = CheckForm()
    until = take(work, Try(CHECKED, network()))
    if until is not None:
        return not_yet(work, "witness/check.html", until, form=form, answer=None)
    brought, code = request.files.get("file"), said(form.code)
    whole = brought.read() if brought is not None else b""
    if not whole and not code:
        blame(form, "file", _("Choose a file, or type the code that is printed on it."))
        return again("witness/check.html", form=form, answer=None)
    if not form.validate_on_submit():
        return again("witness/check.html", form=form, answer=None)
    found = answer_file(work, whole) if whole else answer_code(work, code)
    work.note("paper.checked", found.verdict.value)
    return page("witness/check.html", form=form, answer=found,
                place=own_place(work, whole) if found.verdict is Verdict.GENUINE else None)


@bp.get("/check/check_paper.py")
@guard(Door.ANYONE)
def kit(work: Work) -> Response:
    """Hand out the program with which anyone can check papers without the portal."""
    response = FlaskResponse(KIT.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=KIT.name)
    return response


def _owner(work: Work) -> Actor:
    if work.actor is None:
        raise Missing("practice")
    return work.actor


@bp.get("/practice/record")
@guard(Door.OWNER)
def witnesses(work: Work) -> Response:
    """Say what a checkpoint is good for, and whether this owner gets them by mail.

    Not when the last one was taken: without mails there is one only where something happened.
    """
    wished = wish_of(work, _owner(work).account_id or "") is not None
    return page("witness/record.html", form=WishForm(formdata=None), wished=wished)


@bp.post("/practice/record")
@guard(Door.OWNER, fresh=True)
def wish(work: Work) -> Response:
    """Let checkpoints come by mail from now on, or no longer."""
    owner, form = _owner(work), WishForm()
    account_id = owner.account_id or ""
    if not form.validate_on_submit():
        return again("witness/record.html", form=form,
                     wished=wish_of(work, account_id) is not None)
    wanted = form.wanted.data == "yes"
    if wish_checkpoints(work, owner.practice_id, account_id, wanted=wanted):
        flash(_("One comes each night from now on.") if wanted else _("No more will come."))
    return go("witness.witnesses")
