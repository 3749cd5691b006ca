"""The eight digits that a signer reads to the coach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.engagements.actions import hold
from portal.factors.queries import live_factor
from portal.plain.errors import Missing
from portal.signing.forms import DigitsForm
from portal.signing.queries import seat_of
from portal.signing.views import bp
from portal.vouching.actions import show_digits
from portal.vouching.queries import digits_on_screen
from portal.web.guards import Door, guard
from portal.web.pages import go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/p/digits")
@guard(Door.PARTY)
def digits(work: Work) -> Response:
    """Show the live digits, 4 and 4, with how to read them to the coach."""
    seat = seat_of(work)
    found = digits_on_screen(work, seat.party.id)
    return page("signing/digits.html", seat=seat, form=DigitsForm(),
                digits=found[0] if found else None,
                until=found[1].expires_at if found else None,
                vouched=seat.vouched_at)


@bp.post("/p/digits")
@guard(Door.PARTY)
def new_digits(work: Work) -> Response:
    """Put fresh digits on the screen for ten minutes."""
    seat = seat_of(work)
    factor = live_factor(work, seat.person.id)
    if factor is None:
        raise Missing("factor")
    hold(work, seat.engagement.id)
    show_digits(work, seat.engagement, seat.party, factor.id)
    return go("signing.digits")
