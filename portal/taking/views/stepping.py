"""Stepping out, "I did not sign this", and "I saw something by mistake"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.plain.errors import Missing
from portal.sessions.queries import is_out
from portal.signing.actions import take_seat
from portal.signing.queries import Seat, own_version, seat_of
from portal.taking import actions
from portal.taking.forms import MistakeForm, SureForm
from portal.taking.queries import Text, text_of
from portal.taking.views import bp
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _other(work: Work, seat: Seat) -> Seat:
    """Return the seat of somebody but coach and coachee, who may step out."""
    if seat.party.role in ("COACH", "COACHEE"):
        raise Missing("party")
    return seat


@bp.get("/p/stepping-out")
@guard(Door.PARTY)
def leaving(work: Work) -> Response:
    """Say what ends and what stays when somebody steps out."""
    seat = _other(work, seat_of(work))
    return page("taking/leaving.html", form=SureForm(), **_leaving_page(work, seat))


def _leaving_page(work: Work, seat: Seat) -> dict[str, Any]:
    return {"seat": seat, "out": is_out(work, seat.standing, seat.party.id)}


@bp.post("/p/stepping-out")
@guard(Door.PARTY)
def leave(work: Work) -> Response:
    """Step out for good: at once, no code, no reason."""
    seat, form = _other(work, take_seat(work)), SureForm()
    if not form.is_pressed():
        return again("taking/leaving.html", form=form, **_leaving_page(work, seat))
    actions.step_out(work, seat.engagement, seat.party)
    return go("taking.leaving")


def _signed(work: Work, seat: Seat, version_id: str) -> Text:
    own_version(work, seat, version_id)
    return text_of(work, seat.standing, seat.party, version_id)


@bp.get("/p/agreements/<version_id>/signature")
@guard(Door.PARTY)
def signature(work: Work, version_id: str) -> Response:
    """Say what happens when somebody says that a signature is not theirs, or what became of it."""
    seat = seat_of(work)
    return page("taking/signature.html", form=SureForm(),
                **_signature_page(work, seat, _signed(work, seat, version_id)))


def _signature_page(work: Work, seat: Seat, text: Text) -> dict[str, Any]:
    signed = text.facts.signature_of(seat.party.id)
    return {"seat": seat, "text": text, "signed": signed,
            "state": signed.state(work.now) if signed else ""}


@bp.post("/p/agreements/<version_id>/signature")
@guard(Door.PARTY)
def dispute(work: Work, version_id: str) -> Response:
    """Record that a signature is not this person's: what depends on it sleeps at once (Z14)."""
    seat = take_seat(work)
    text, form = _signed(work, seat, version_id), SureForm()
    if not form.is_pressed():
        return again("taking/signature.html", form=form, **_signature_page(work, seat, text))
    actions.dispute(work, seat.engagement, seat.party, [text.facts])
    return go("taking.signature", version_id=version_id)


@bp.get("/p/seen-by-mistake")
@guard(Door.PARTY)
def mistake(work: Work) -> Response:
    """Offer somebody who saw what was not for them to tell the coach (K43)."""
    return page("taking/mistake.html", seat=_other(work, seat_of(work)), form=MistakeForm())


@bp.post("/p/seen-by-mistake")
@guard(Door.PARTY)
def tell_mistake(work: Work) -> Response:
    """Tell the coach; what was seen is not asked."""
    seat, form = _other(work, take_seat(work)), MistakeForm()
    if not form.is_pressed():
        return again("taking/mistake.html", seat=seat, form=form)
    actions.tell_mistake(work, seat.engagement, seat.party, said(form.note))
    flash(_("{coach} is told. Thank you.").format(coach=seat.coach_name))
    return go("desk.consents")
