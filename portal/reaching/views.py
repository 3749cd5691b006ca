"""The front door: "Send me my link"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, session

from portal.reaching.actions import ask_at_door
from portal.reaching.forms import LostForm
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import again, next_path, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

bp = Blueprint("reaching", __name__)


@bp.get("/lost")
@guard(Door.ANYONE)
def lost(work: Work) -> Response:
    """Ask for an address; printed on every PDF and in every mail (Z10)."""
    session["next"] = next_path()
    return page("reaching/lost.html", form=LostForm())


@bp.post("/lost")
@guard(Door.ANYONE)
def send(work: Work) -> Response:
    """Write the question down; the answer is the same for everyone and echoes nothing."""
    form = LostForm()
    if not form.validate_on_submit():
        return again("reaching/lost.html", form=form)
    ask_at_door(work, said(form.email))
    return page("reaching/sent.html")
