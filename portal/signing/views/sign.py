"""Check the answers and sign, or decline."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response as FlaskResponse
from flask import flash, make_response

from portal.factors.queries import live_factor, pending_factor
from portal.factors.views.parts import code_trouble, enrolment_of, qr_svg
from portal.people.views import keep_token
from portal.signing import actions, policy
from portal.signing.forms import DeclineForm, SignForm
from portal.signing.queries import Seat, Waiting, seat_of, waiting_for
from portal.signing.views import bp
from portal.signing.views.link import lasts
from portal.signing.views.reading import seat_and_waiting
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import today

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _values(work: Work, seat: Seat, waiting: Waiting) -> dict[str, Any]:
    enrolled = live_factor(work, seat.person.id) is not None
    pending = None if enrolled else pending_factor(work, seat.person.id)
    return {
        "seat": seat, "waiting": waiting, "progress": waiting.progress, "enrolled": enrolled,
        "enrolment": enrolment_of(work, pending, seat.practice.name) if pending else None,
        "intent": waiting.shown["intents"][seat.party.role],
        "erecord": waiting.shown["erecord"],
        "answers": [(n, p, policy.is_page_done(p, waiting.progress),
                     waiting.progress.choices.get(str(p["line"])) if p["line"] else None)
                    for n, p in enumerate(waiting.pages, start=1)],
        "open_page": waiting.next_number, "today": today(work.now),
    }


def _form(waiting: Waiting, name: str) -> SignForm:
    # What the browser sent stays out: after a change the page must carry the new hash.
    kept = waiting.progress
    form = SignForm(None, data={"hash": waiting.facts.hash, "name": kept.name or name,
                                "mark": kept.mark, "erecord": kept.erecord,
                                "strokes": json.dumps([[list(p) for p in s]
                                                       for s in kept.strokes])
                                if kept.strokes else ""})
    form.name_choices(waiting.shown["erecord"])
    return form


@bp.get("/p/sign")
@guard(Door.MAILBOX)
def sign(work: Work) -> Response:
    """Show all answers with a way to change each, then the sheet to sign on."""
    seat = seat_of(work)
    waiting = waiting_for(work, seat)
    if waiting is None:
        return go("signing.home")
    return page("signing/sign.html", form=_form(waiting, seat.own_name),
                **_values(work, seat, waiting))


def keep_draft(work: Work) -> None:
    """Keep a name or a drawing that was sent after the session had run out."""
    seat = actions.take_seat(work)
    found = waiting_for(work, seat)
    if found is not None:
        actions.save(work, seat, _given(_sent(found), found))


@bp.post("/p/sign")
@guard(Door.MAILBOX, keep=keep_draft)
def sign_now(work: Work) -> Response:
    """Keep what was given, then sign with the code; a wrong code loses nothing."""
    seat = actions.take_seat(work)
    found = waiting_for(work, seat)
    if found is None:
        return go("signing.home")
    form = _sent(found)
    waiting = replace(found, progress=_given(form, found))
    done = None if _is_held_up(form, waiting) else actions.sign_waiting(
        work, seat, waiting, actions.SignValues(said(form.hash), said(form.code)), lasts())
    if isinstance(done, tuple):
        keep_token("party", done[1])
        return go("desk.receipt", version_id=done[0].version_id)
    if policy.brings_more(found.progress, waiting.progress, seat.own_name):
        # Whatever held it up, nothing that was typed or drawn is lost.
        actions.save(work, seat, waiting.progress)
    if done is not None:
        blame(form, "code", code_trouble(done))
    return _not_signed(work, seat, waiting, form)


def _not_signed(work: Work, seat: Seat, waiting: Waiting, form: SignForm) -> Response:
    if form.later.data:
        return go("signing.later")
    if form.hash.data != waiting.facts.hash:
        return _changed(work, seat, waiting)
    return again("signing/sign.html", form=form, **_values(work, seat, waiting))


def _sent(waiting: Waiting) -> SignForm:
    form = SignForm()
    form.name_choices(waiting.shown["erecord"])
    return form


def _given(form: SignForm, waiting: Waiting) -> policy.Progress:
    """Return what the form brings; a tick that was given to another text is not among it."""
    given = form.kept(waiting.progress)
    if form.hash.data == waiting.facts.hash:
        return given
    return replace(given, erecord=waiting.progress.erecord)


def _is_held_up(form: SignForm, waiting: Waiting) -> bool:
    if form.later.data or form.hash.data != waiting.facts.hash:
        return True
    return not _is_complete(form, waiting)


def _changed(work: Work, seat: Seat, waiting: Waiting) -> Response:
    form = _form(waiting, seat.own_name)
    flash(_("The text was changed meanwhile. Nothing was signed, and your code was not used. "
            "Here is the text that holds now."), "error")
    return page("signing/sign.html", 409, form=form, **_values(work, seat, waiting))


def _is_complete(form: SignForm, waiting: Waiting) -> bool:
    valid, progress = bool(form.validate_on_submit()), waiting.progress
    no = policy.why_not_mark(policy.Mark(progress.mark), progress.name, progress.strokes)
    if no is policy.MarkNo.NAME_MISSING:
        blame(form, "name", _("Enter your full name."))
    elif no is not None:
        blame(form, "strokes", _("Draw your signature in the box, or type your name instead."))
    if not progress.erecord:
        blame(form, "erecord", _("Say that you agree to sign on screen, or ask for paper."))
    if not form.code.data:
        blame(form, "code", _("Enter the 6-digit code from your app."))
    if waiting.next_number is not None:
        blame(form, "hash", _("Page {number} is still open. Answer it first.")
              .format(number=waiting.next_number))
    return valid and not form.errors


@bp.get("/p/qr.svg")
@guard(Door.MAILBOX)
def qr(work: Work) -> Response:
    """Draw the pending authenticator as a QR code."""
    seat = seat_of(work)
    pending = pending_factor(work, seat.person.id)
    if pending is None or live_factor(work, seat.person.id) is not None:
        return make_response("", 404)
    found = enrolment_of(work, pending, seat.practice.name)
    return FlaskResponse(qr_svg(found.uri), content_type="image/svg+xml")


@bp.get("/p/decline")
@guard(Door.MAILBOX)
def decline(work: Work) -> Response:
    """Say what a no means, and ask once."""
    seat, waiting = seat_and_waiting(work)
    return page("signing/decline.html", form=_decline_form(), seat=seat, waiting=waiting)


def _decline_form() -> DeclineForm:
    form = DeclineForm()
    form.name_choices()
    return form


@bp.post("/p/decline")
@guard(Door.MAILBOX)
def decline_now(work: Work) -> Response:
    """Decline without a reason, or go back."""
    seat, waiting = seat_and_waiting(work)
    form = _decline_form()
    if not form.validate_on_submit():
        return again("signing/decline.html", form=form, seat=seat, waiting=waiting)
    if form.sure.data == "back":
        return go("signing.start")
    actions.decline(work)
    return page("signing/declined.html", seat=seat, waiting=waiting)
