"""Taking back from one's own pages: a line, a part of it, a whole agreement; and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.plain.errors import Missing
from portal.signing.actions import take_seat
from portal.signing.queries import Seat, seat_of
from portal.taking import actions
from portal.taking.forms import LineForm, SureForm
from portal.taking.policy import gives
from portal.taking.queries import Permit, Text, receipts_of, text_of
from portal.taking.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _text(work: Work, seat: Seat, version_id: str) -> Text:
    """Return a version that the coachee signed; nobody else takes lines back."""
    if seat.party.role != "COACHEE":
        raise Missing("withdrawal")
    return text_of(work, seat.standing, seat.party, version_id)


def _line(work: Work, seat: Seat, text: Text, number: int) -> Permit | None:
    """Return a line that gives something, or None where nothing is left of it to take back."""
    line = text.line(number)
    if not line.yes:
        raise Missing("line")
    return line if line.left and gives(text.facts, seat.party.id, work.now) else None


def _line_page(seat: Seat, text: Text, line: Permit) -> dict[str, Any]:
    form = LineForm()
    form.name_choices(line)
    return {"seat": seat, "text": text, "line": line, "form": form}


@bp.get("/p/agreements/<version_id>/lines/<int:number>/withdrawal")
@guard(Door.PARTY)
def line(work: Work, version_id: str, number: int) -> Response:
    """Say what changes, what stays and what cannot be called back when a line is taken back."""
    seat = seat_of(work)
    text = _text(work, seat, version_id)
    found = _line(work, seat, text, number)
    if found is None:
        return go("taking.receipt", version_id=version_id)
    return page("taking/line.html", **_line_page(seat, text, found))


@bp.post("/p/agreements/<version_id>/lines/<int:number>/withdrawal")
@guard(Door.PARTY)
def take_line(work: Work, version_id: str, number: int) -> Response:
    """Take a line back, or the parts of it that were ticked: at once, no code, no reason."""
    seat = take_seat(work)
    text = _text(work, seat, version_id)
    found = _line(work, seat, text, number)
    if found is None:
        return go("taking.receipt", version_id=version_id)
    values = _line_page(seat, text, found)
    form = values["form"]
    pressed = form.is_pressed()
    if pressed == "part" and not form.kinds.data:
        blame(form, "kinds", _("Tick what you take back, or take back the whole line."))
    if form.errors:
        return again("taking/line.html", **values)
    actions.take_line(work, seat.engagement, seat.party, text, number,
                      categories=form.kinds.data if pressed == "part" else None)
    return go("taking.receipt", version_id=version_id)


@bp.get("/p/agreements/<version_id>/withdrawal")
@guard(Door.PARTY)
def whole(work: Work, version_id: str) -> Response:
    """Say what changes and what stays when a whole agreement is taken back."""
    seat = seat_of(work)
    text = _text(work, seat, version_id)
    if not gives(text.facts, seat.party.id, work.now):
        return go("taking.receipt", version_id=version_id)
    return page("taking/whole.html", form=SureForm(), **_whole_page(seat, text))


def _whole_page(seat: Seat, text: Text) -> dict[str, Any]:
    agreement = seat.standing.agreements[text.facts.agreement_id]
    return {"seat": seat, "text": text, "mandatory": agreement.mandatory}


@bp.post("/p/agreements/<version_id>/withdrawal")
@guard(Door.PARTY)
def take_whole(work: Work, version_id: str) -> Response:
    """Take a whole agreement back: at once, no code, no reason."""
    seat = take_seat(work)
    text, form = _text(work, seat, version_id), SureForm()
    if not form.is_pressed():
        return again("taking/whole.html", form=form, **_whole_page(seat, text))
    actions.take_whole(work, seat.engagement, seat.party, [text.facts])
    return go("taking.receipt", version_id=version_id)


@bp.get("/p/agreements/<version_id>/withdrawn")
@guard(Door.PARTY)
def receipt(work: Work, version_id: str) -> Response:
    """Say what was taken back and since when, with the time zone; can be kept and printed."""
    seat = seat_of(work)
    text = _text(work, seat, version_id)
    return page("taking/receipt.html", seat=seat, text=text, receipts=receipts_of(
        work, text, seat.party, seat.engagement))
