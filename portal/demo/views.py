"""The demo's own pages: who to be, the mailbox, the authenticator."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, current_app

from portal.demo.queries import first_coach, running_codes
from portal.demo.sink import mails
from portal.ground.onetime import STEP_SECONDS
from portal.people.actions import begin_session
from portal.people.views import keep_token, practice_frame
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.web.guards import Door, guard
from portal.web.pages import go, page

if TYPE_CHECKING:
    from flask import Flask, Response

    from portal.ground.work import Work

bp = Blueprint("demo", __name__)
_LINK = re.compile(r"(https?://\S+)")


def first_page(app: Flask) -> None:
    """Let the address without a path lead to the demo's first page."""
    app.view_functions["desk.front"] = app.view_functions["demo.front"]


@bp.get("/demo")
@guard(Door.ANYONE)
def front(work: Work) -> Response:
    """Say what can be tried, and let one be Ana or read Ben's mail."""
    count = len(mails(current_app.config["DEMO_MAIL"]))
    return page("demo/front.html", form=PlainForm(), count=count)


@bp.post("/demo/ana")
@guard(Door.ANYONE)
def ana(work: Work) -> Response:
    """Sign one in as Ana, as password and code would."""
    account, person, practice = first_coach(work)
    practice_frame(practice)
    keep_token("coach", begin_session(work, person, scope="coach", level="factor",
                                      lasts=timedelta(hours=12), account_id=account.id))
    return go("desk.today")


@bp.get("/demo/mail")
@guard(Door.ANYONE)
def mailbox(work: Work) -> Response:
    """List every mail that the portal sent."""
    return page("demo/mailbox.html", mails=mails(current_app.config["DEMO_MAIL"]))


@bp.get("/demo/mail/<name>")
@guard(Door.ANYONE)
def mail(work: Work, name: str) -> Response:
    """Show one mail as text, with its links to click."""
    found = next((m for m in mails(current_app.config["DEMO_MAIL"]) if m.name == name), None)
    if found is None:
        raise Missing("mail")
    return page("demo/mail.html", mail=found, parts=_LINK.split(found.text))


@bp.get("/demo/authenticator")
@guard(Door.ANYONE)
def authenticator(work: Work) -> Response:
    """Show the running codes of everyone, as the app on their phone would."""
    left = STEP_SECONDS - int(work.now.timestamp()) % STEP_SECONDS
    answer = page("demo/authenticator.html", codes=running_codes(work), left=left)
    answer.headers["Refresh"] = str(min(left, 10))
    return answer
