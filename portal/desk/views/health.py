"""Two plain answers for machines that watch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, jsonify, make_response

from portal.clockwork.policy import is_stopped
from portal.clockwork.queries import last_beat
from portal.desk.views import bp
from portal.ground.trouble import OF_DATABASE
from portal.notices.queries import oldest_untried
from portal.plain.errors import Unavailable
from portal.web.context import ground
from portal.web.guards import Door, guard

if TYPE_CHECKING:
    from portal.ground.work import Work

#: Something due and untried for longer than this means that a clockwork ticks and does nothing.
STALE = timedelta(minutes=15)


@bp.get("/healthz")
@guard(Door.BARE)
def healthz() -> Response:
    """Say that the process answers."""
    return Response("OK\n", content_type="text/plain; charset=utf-8")


@bp.get("/readyz")
@guard(Door.BARE)
def readyz() -> Response:
    """Say whether the database answers, and whether a clockwork ran within five minutes and takes
    what is due; 503 if not. What this process met and has not seen to be over is named."""
    place = ground()
    try:
        with place.work(writes=False) as work:
            worker = _is_worked(work)
    except Unavailable:
        worker = False
    troubles = place.troubles.now(place.clock.now())
    told = {"database": OF_DATABASE.isdisjoint(troubles), "worker": worker}
    answer = jsonify(told | ({"trouble": troubles} if troubles else {}))
    return make_response(answer, 200 if all(told.values()) else 503)


def _is_worked(work: Work) -> bool:
    oldest = oldest_untried(work)
    return not is_stopped(last_beat(work), work.now) and (
        oldest is None or work.now - oldest < STALE)
