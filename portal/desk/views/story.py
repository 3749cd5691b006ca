"""The record of an engagement, told to its coach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from portal.desk.queries.story import story_of
from portal.desk.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/engagements/<engagement_id>/story")
@guard(Door.COACH)
def story(work: Work, engagement_id: str) -> Response:
    """Tell what happened, newest first, one page at a time from any entry on."""
    found = story_of(work, engagement_id, before=request.args.get("before", ""),
                     after=request.args.get("after", ""))
    work.note("story.looked", "coach", engagement_id=engagement_id)
    return page("desk/story.html", story=found)
