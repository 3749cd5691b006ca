"""The front door, "Send me my link", and the way out of reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, request, session

from portal.engagements.actions import party_to_stop, stop_signer
from portal.people.queries import practice_or_missing
from portal.people.views import practice_frame
from portal.reaching.actions import ask_at_door, ask_for_password, wish
from portal.reaching.forms import ForgottenForm, LostForm, StopForm
from portal.reaching.policy import RemindNo
from portal.throttles.views import counts_made_up, not_yet
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, alive, next_path, page
from portal.web.words import instant

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.reaching.policy import Nudge

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
    until = ask_at_door(work, said(form.email))
    if until is not None:
        return not_yet(work, "reaching/lost.html", until, form=form)
    return page("reaching/sent.html")


@bp.get("/sign-in/forgotten")
@guard(Door.ANYONE)
def forgotten(work: Work) -> Response:
    """Ask for the address with which somebody signs in."""
    return page("reaching/forgotten.html", form=ForgottenForm())


@bp.post("/sign-in/forgotten")
@guard(Door.ANYONE)
def forgot(work: Work) -> Response:
    """Write the question down; the answer is the same for everyone and echoes nothing."""
    form = ForgottenForm()
    if not form.validate_on_submit():
        return again("reaching/forgotten.html", form=form)
    until = ask_for_password(work, said(form.email))
    if until is not None:
        return not_yet(work, "reaching/forgotten.html", until, form=form)
    return page("reaching/forgotten_sent.html")


@bp.get("/stop/<stop_token>")
@counts_made_up(stop_signer, "stop_token")
@guard(Door.ANYONE)
def stop(work: Work, stop_token: str) -> Response:
    """Ask whether somebody wants no more reminders; opening this changes nothing (Z9)."""
    alive(_whose(work, stop_token))
    form = StopForm()
    form.name_choices()
    return page("reaching/stop.html", form=form)


@bp.post("/stop/<stop_token>")
@counts_made_up(stop_signer, "stop_token")
@guard(Door.ANYONE)
def stop_now(work: Work, stop_token: str) -> Response:
    """Send no more reminders: by the choice on the page, or by the one click of a mail program.

    The mail program has no session and no form of ours (RFC 8058); all that it can do with the
    token in the address is this, and it changes nothing that the person may do.
    """
    one_click = request.form.get("List-Unsubscribe") == "One-Click"
    if not one_click:
        current_app.extensions["csrf"].protect()
    party = alive(_whose(work, stop_token))
    form = StopForm()
    form.name_choices()
    if not one_click and not form.validate_on_submit():
        return again("reaching/stop.html", form=form)
    stopped = one_click or form.wish.data == "stop"
    if stopped:
        wish(work, party, reminders=False)
    return page("reaching/stopped.html", stopped=stopped)


def _whose(work: Work, token: str) -> Party | None:
    """Return whose reminders an address stops, and let the page bear their practice's name."""
    party = party_to_stop(work, token)
    if party is not None:
        practice_frame(practice_or_missing(work, party.practice_id))
    return party


def nudge_words(work: Work, found: Nudge, name: str) -> tuple[str, str]:
    """Return what to tell whoever sent a reminder, and of which kind that is: never what somebody
    answered (Z4), but when a reminder goes out or can be sent again."""
    when = instant(found.at)
    if found.why is RemindNo.NOT_WISHED:
        return _("No reminders by mail are wanted by {name}. Call, or ask in person: what waits "
                 "can still be signed.").format(name=name), "error"
    if found.why is RemindNo.TOO_SOON:
        return _("A reminder to {name} went out a short while ago. The next one can be sent from "
                 "{when} on.").format(name=name, when=when), "error"
    if found.at > work.now:
        return _("If something still waits for {name}, a reminder goes out when the night is over "
                 "there: {when}.").format(name=name, when=when), "message"
    return _("If something still waits for {name}, a reminder goes out now.").format(
        name=name), "message"
