"""A party's own page: what I would like changed, and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.queries import shown_text, version_row
from portal.amending import actions
from portal.amending.forms import ProposeForm
from portal.amending.policy import ProposeNo, why_not_propose
from portal.amending.queries import proposals_for, propose_facts
from portal.amending.views import bp
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.signing.actions import take_seat
from portal.signing.policy import third_name
from portal.signing.queries import Seat, own_version, seat_of
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _values(work: Work, seat: Seat, version_id: str, form: ProposeForm) -> dict[str, Any]:
    """Return what the page of one text shows; `Missing` for a text that does not hold for them."""
    facts = own_version(work, seat, version_id)
    no = why_not_propose(propose_facts(work, seat, facts), work.now)
    found = [one for one in proposals_for(work, seat) if one.agreement_id == facts.agreement_id]
    if no is ProposeNo.NOT_IN_FORCE:
        raise Missing("text in force")
    shown = shown_text(work, version_row(work, version_id), seat.party.role)
    return {"seat": seat, "form": form, "version_id": version_id, "title": shown["title"],
            "third": third_name(facts.slots, shown["names"])
            if seat.party.role == "COACHEE" else "",
            "coachee": shown["names"]["COACHEE"], "may": no is None,
            "mine": [one for one in found if one.own],
            "others": [one for one in found if not one.own]}


@bp.get("/p/agreements/<version_id>/proposal")
@guard(Door.PARTY)
def proposal(work: Work, version_id: str) -> Response:
    """Say who reads it and what happens then, and ask for the words; or show where it stands."""
    return page("amending/propose.html",
                **_values(work, seat_of(work), version_id, ProposeForm()))


@bp.post("/p/agreements/<version_id>/proposal")
@guard(Door.PARTY)
def propose(work: Work, version_id: str) -> Response:
    """Take what somebody would like changed; nothing changes by it."""
    seat, form = take_seat(work), ProposeForm()
    values = _values(work, seat, version_id, form)
    valid = form.validate_on_submit()
    if valid and not values["may"]:
        blame(form, "words", _("You proposed something before, and it is still talked about. Take "
                               "that back first; keep a copy of these words until then."))
    if form.errors:
        return again("amending/propose.html", **values)
    actions.propose(work, seat, own_version(work, seat, version_id), said(form.words))
    flash(_("{name} is told that you would like something changed.").format(
        name=seat.coach_name))
    return go("amending.proposal", version_id=version_id)


@bp.post("/p/proposals/<amendment_id>/retraction")
@guard(Door.PARTY)
def retract(work: Work, amendment_id: str) -> Response:
    """Take one's own proposal back."""
    seat = take_seat(work)
    if PlainForm().validate_on_submit():
        actions.retract(work, seat, amendment_id)
        flash(_("Your proposal is taken back. What you agreed stays as it is."))
    return go("desk.consents")
