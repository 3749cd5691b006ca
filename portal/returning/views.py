"""The way out for whoever is told of a new app that is not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from portal.people.queries import practice_or_missing
from portal.people.views import practice_frame
from portal.returning.actions import stop
from portal.returning.forms import ObjectForm
from portal.returning.queries import request_to_end
from portal.web.guards import Door, guard
from portal.web.pages import again, alive, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.returning.models import WayBack

bp = Blueprint("returning", __name__)


def _asked(work: Work, token: str) -> WayBack:
    found = alive(request_to_end(work, token))
    practice_frame(practice_or_missing(work, found.practice_id))
    return found


def _form() -> ObjectForm:
    form = ObjectForm()
    form.name_choices()
    return form


@bp.get("/not-me/<back_token>")
@guard(Door.ANYONE)
def not_me(work: Work, back_token: str) -> Response:
    """Ask whether it was them; opening this changes nothing (Z9)."""
    _asked(work, back_token)
    return page("returning/not_me.html", form=_form())


@bp.post("/not-me/<back_token>")
@guard(Door.ANYONE)
def object_to(work: Work, back_token: str) -> Response:
    """Stop it, or change nothing."""
    asked = _asked(work, back_token)
    form = _form()
    if not form.validate_on_submit():
        return again("returning/not_me.html", form=form)
    if form.what.data == "not_me":
        stop(work, asked, "objected")
    return page("returning/stopped.html", stopped=form.what.data == "not_me")
