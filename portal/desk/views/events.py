"""What happened to the safety of one's own account, on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.desk.policy.events import MOST
from portal.desk.queries.events import events_of
from portal.desk.views import bp
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/account/events")
@guard(Door.DESK)
def events(work: Work) -> Response:
    """Tell who signed in, what was wrong, and what was changed, newest first."""
    if work.actor is None:
        raise Missing("account")
    events, more = events_of(work, work.actor)
    return page("desk/events.html", events=events, more=MOST if more else 0)
