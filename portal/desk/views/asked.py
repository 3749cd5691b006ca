"""What was asked, answered and shared about the coachee, and who looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from portal.desk.queries.asked import asked_of
from portal.desk.views import bp
from portal.sharing.views.words import reason, words_of
from portal.signing.queries import seat_of
from portal.web.guards import Door, guard
from portal.web.pages import page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/p/asked")
@guard(Door.PARTY)
def asked(work: Work) -> Response:
    """List every question with its answer, and what was shared, newest first, by name."""
    seat = seat_of(work)
    return page("desk/asked.html", seat=seat, words_of=words_of, reason=reason,
                asked=asked_of(work, seat, request.args.get("before", "")))
