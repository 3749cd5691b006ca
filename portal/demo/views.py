"""The demo's own pages: who to be, the mailbox, the authenticator."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, current_app

from portal.demo import cast, queries
from portal.demo.sink import mail_text, mails
from portal.ground.onetime import STEP_SECONDS
from portal.people.actions import begin_session
from portal.people.views import keep_token, practice_frame
from portal.web.guards import Door, guard
from portal.web.pages import go, page
from portal.web.words import speak

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask, Response

    from portal.ground.work import Work

bp = Blueprint("demo", __name__)
_LINK = re.compile(r"(https?://\S+)")


def first_page(app: Flask) -> None:
    """Let the address without a path lead to the demo's first page."""
    app.view_functions["desk.front"] = app.view_functions["demo.front"]


def _folder() -> Path:
    folder: Path = current_app.config["DEMO_MAIL"]
    return folder


@bp.get("/demo")
@guard(Door.ANYONE)
def front(work: Work) -> Response:
    """Say what can be tried, and let one be anybody."""
    count = Counter(mail.to for mail in mails(_folder()))
    tables = queries.tables(work, count)
    is_peopled = any(one.address == cast.TOMAS.email for table in tables for one in table)
    return page("demo/front.html", members=queries.members(work), count=count.total(),
                tables=tables, is_peopled=is_peopled)


@bp.post("/demo/desks/<account_id>")
@guard(Door.ANYONE)
def sit_down(work: Work, account_id: str) -> Response:
    """Sign one in as somebody of the practice, as password and code would."""
    account, person, practice = queries.account(work, account_id)
    practice_frame(practice)
    keep_token("coach", begin_session(work, person, scope="coach", level="factor",
                                      lasts=timedelta(hours=12), account_id=account.id))
    return go("desk.today")


@bp.get("/demo/mail")
@guard(Door.ANYONE)
def mailbox(work: Work) -> Response:
    """List every mail that the portal sent."""
    speak("en", cast.ZONE)
    return page("demo/mailbox.html", mails=list(mails(_folder())), whose="")


@bp.get("/demo/people/<party_id>")
@guard(Door.ANYONE)
def somebody(work: Work, party_id: str) -> Response:
    """List the mails that one person got."""
    speak("en", cast.ZONE)
    name, address = queries.mailbox_of(work, party_id)
    own = [mail for mail in mails(_folder()) if mail.to == address]
    return page("demo/mailbox.html", mails=own, whose=name)


@bp.get("/demo/mail/<name>")
@guard(Door.ANYONE)
def mail(work: Work, name: str) -> Response:
    """Show one mail as text, with its links to click.

    A link leads to the same path here, also if the demo has moved to another port since.
    """
    speak("en", cast.ZONE)
    found, text = mail_text(_folder(), name)
    parts = [(part, urlsplit(part).path if _LINK.fullmatch(part) else "")
             for part in _LINK.split(text)]
    return page("demo/mail.html", mail=found, parts=parts)


@bp.get("/demo/authenticator")
@guard(Door.ANYONE)
def authenticator(work: Work) -> Response:
    """Show the running codes of everyone, as the app on their phone would."""
    left = STEP_SECONDS - int(work.now.timestamp()) % STEP_SECONDS
    answer = page("demo/authenticator.html", codes=queries.running_codes(work), left=left)
    answer.headers["Refresh"] = str(min(left, 10))
    return answer
