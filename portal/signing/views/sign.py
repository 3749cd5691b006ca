"""Check the answers and sign, or decline."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import flash, make_response

from portal.factors.queries import live_factor
from portal.factors.views.parts import (
    code_trouble,
    enrolment_of,
    own_first_app,
    qr_picture,
    shown_here,
)
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.people.views import keep_token
from portal.signing import actions, policy
from portal.signing.forms import DeclineForm, SignForm
from portal.signing.policy import Waiting
from portal.signing.queries import Seat, differences_of, own_version, seat_of, waiting_of
from portal.signing.views import bp
from portal.signing.views.link import lasts
from portal.signing.views.reading import nothing_waits
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import today

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _values(work: Work, seat: Seat, waiting: Waiting) -> dict[str, Any]:
    ways = ways_of(work, seat.person)
    pending = own_first_app(work, seat.person.id) if not (ways.app or ways.passkey) else None
    return {
        "seat": seat, "waiting": waiting, "ways": ways,
        "enrolment": enrolment_of(work, pending, seat.practice.name) if pending else None,
        "today": today(work.now), "differs": differences_of(work, seat, waiting.texts),
    }


def _form(waiting: Waiting, name: str) -> SignForm:
    # What the browser sent stays out: after a change the page must carry the new hashes.
    kept = waiting.progress
    ticked = [text.facts.hash for text in waiting.signable if kept.ticks.get(text.id)]
    form = SignForm(None, data={
        "ticks": ticked, "name": kept.name or name, "mark": kept.mark, "erecord": kept.erecord,
        "strokes": json.dumps([[list(p) for p in s] for s in kept.strokes])
        if kept.strokes else ""})
    form.name_choices(waiting)
    return form


@bp.get("/p/sign")
@guard(Door.MAILBOX)
def sign(work: Work) -> Response:
    """Show all answers with a way to change each, then the sheet to sign on."""
    seat = seat_of(work)
    waiting = waiting_of(work, seat)
    if waiting is None:
        return go("signing.home")
    return page("signing/sign.html", form=_form(waiting, seat.own_name),
                **_values(work, seat, waiting))


def keep_draft(work: Work) -> bool:
    """Keep a name or a drawing that was sent after the session had run out: it stands on the sheet
    then, on any device."""
    seat = actions.take_seat(work)
    waiting = waiting_of(work, seat)
    if waiting is not None:
        actions.save(work, seat, _given(_sent(waiting), waiting))
    return waiting is not None


@bp.post("/p/sign")
@guard(Door.MAILBOX, keep=keep_draft)
def sign_now(work: Work) -> Response:
    """Keep what was given, then sign with code or passkey; a wrong one loses nothing."""
    seat = actions.take_seat(work)
    found = waiting_of(work, seat)
    if found is None:
        return go("signing.home")
    form = _sent(found)
    waiting = found.having(_given(form, found))
    is_ready = not _is_held_up(form, waiting)
    done = actions.sign_waiting(work, seat, waiting, actions.SignValues(
        form.hashes(), given(work, form), shown_here()), lasts()
    ) if is_ready and not asks() else None
    if isinstance(done, tuple):
        keep_token("party", done[1])
        return go("desk.receipt", version_id=done[0][0].version_id)
    if policy.brings_more(found.progress, waiting.progress, seat.own_name):
        # Whatever held it up, nothing that was typed or drawn is lost.
        actions.save(work, seat, waiting.progress)
    if is_ready and asks():
        return wishes(work, seat.person, actions.signing(form.hashes()))
    if done is not None:
        blame(form, blamed(form), code_trouble(done))
    return _not_signed(work, seat, waiting, form)


def _not_signed(work: Work, seat: Seat, waiting: Waiting, form: SignForm) -> Response:
    if form.later.data:
        return go("signing.later")
    if _is_changed(form, waiting):
        return _changed(work, seat, waiting)
    return again("signing/sign.html", form=form, **_values(work, seat, waiting))


def _sent(waiting: Waiting) -> SignForm:
    form = SignForm()
    form.name_choices(waiting)
    return form


def _is_changed(form: SignForm, waiting: Waiting) -> bool:
    """Tell whether something was ticked that does not wait any more, as it stood there."""
    hashes = form.hashes()
    return len(waiting.picked(hashes)) != len(hashes) or (waiting.is_one and not hashes)


def _given(form: SignForm, waiting: Waiting) -> policy.Progress:
    """Return what the form brings; a consent that was given to another text is not among it."""
    given = form.kept(waiting)
    if _is_changed(form, waiting):
        return replace(given, erecord=waiting.progress.erecord)
    return given


def _is_held_up(form: SignForm, waiting: Waiting) -> bool:
    if form.later.data or _is_changed(form, waiting):
        return True
    return not _is_complete(form, waiting)


def _changed(work: Work, seat: Seat, waiting: Waiting) -> Response:
    form = _form(waiting, seat.own_name)
    flash(_("A text was changed meanwhile. Nothing was signed, and your code was not used. "
            "Here is what holds now."), "error")
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
    if not (form.code.data or form.passkey.data):
        blame(form, "code", _("Enter the 6-digit code from your app."))
    if not form.hashes():
        blame(form, "ticks", _("Tick what you sign."))
    for text in waiting.picked(form.hashes()):
        if (number := waiting.open_in(text)) is not None:
            blame(form, "unread", _("Page {number} is still open. Answer it first.")
                  .format(number=number))
    return valid and not form.errors


@bp.get("/p/qr.svg")
@guard(Door.MAILBOX)
def qr(work: Work) -> Response:
    """Draw the pending authenticator as a QR code."""
    seat = seat_of(work)
    pending = own_first_app(work, seat.person.id)
    if pending is None or live_factor(work, seat.person.id) is not None:
        return make_response("", 404)
    found = enrolment_of(work, pending, seat.practice.name)
    return qr_picture(found.uri)


@bp.get("/p/decline/<version_id>")
@guard(Door.MAILBOX)
def decline(work: Work, version_id: str) -> Response:
    """Say what a no means, and ask once."""
    seat = seat_of(work)
    found = _can_be_declined(work, seat, version_id)
    if found is None:
        return nothing_waits()
    waiting, text = found
    return page("signing/decline.html", form=_decline_form(text), seat=seat, waiting=waiting,
                text=text)


def _can_be_declined(
    work: Work, seat: Seat, version_id: str
) -> tuple[Waiting, policy.Text] | None:
    """Return a text among what waits, or None for one of theirs that does not wait any more; raises
    `Missing` for one that was never theirs."""
    waiting = waiting_of(work, seat)
    text = waiting.text(version_id) if waiting is not None else None
    if waiting is None or text is None:
        own_version(work, seat, version_id)
        return None
    return waiting, text


def _decline_form(text: policy.Text) -> DeclineForm:
    form = DeclineForm()
    form.name_choices(text)
    return form


@bp.post("/p/decline/<version_id>")
@guard(Door.MAILBOX)
def decline_now(work: Work, version_id: str) -> Response:
    """Decline one text without a reason, or go back."""
    seat = seat_of(work)
    found = _can_be_declined(work, seat, version_id)
    if found is None:
        return nothing_waits()
    waiting, text = found
    form = _decline_form(text)
    if not form.validate_on_submit():
        return again("signing/decline.html", form=form, seat=seat, waiting=waiting, text=text)
    if form.sure.data == "back":
        return go("signing.sign")
    actions.decline(work, version_id)
    return page("signing/declined.html", seat=seat, text=text, more=len(waiting.texts) > 1)
