"""A coach's time: what is overdue, what sleeps, what runs until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, request

from portal.desk.actions import ask_again
from portal.desk.pictures import lines, weeks
from portal.desk.policy.look import look, scope_of
from portal.desk.queries.times import times as times_of
from portal.desk.views import bp
from portal.engagements.actions import own
from portal.plain.errors import Missing
from portal.reaching.actions import party_by_id
from portal.reaching.policy import RemindNo
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.desk.policy.look import Scope
    from portal.ground.work import Work


def _scope(work: Work) -> Scope:
    if work.actor is None:
        raise Missing("times")
    return scope_of(work.actor.role, work.actor.practice_id, work.actor.person_id,
                    practice=False)


@bp.get("/times")
@guard(Door.COACH)
def times(work: Work) -> Response:
    """Say in one sentence what is late, then list it; then what runs until when."""
    found = times_of(work, _scope(work), look(request.args, "").page)
    return page("desk/times.html", times=found, lines=lines(found),
                weeks=weeks(found.now.date(), found.coming))


@bp.post("/times/<engagement_id>/parties/<party_id>/question")
@guard(Door.COACH)
def ask(work: Work, engagement_id: str, party_id: str) -> Response:
    """Ask somebody again to look at what they signed, in their letter of the day."""
    engagement = own(work, engagement_id)
    party = party_by_id(work, engagement, party_id)
    why = ask_again(work, engagement, party)
    flash(_asked(why), "message" if why is None else "error")
    return go("desk.times")


def _asked(why: RemindNo | None) -> str:
    """Return what came of asking again."""
    return {
        None: _("The letter of the day asks again."),
        RemindNo.NOTHING_WAITS: _("Nothing waits there any more."),
        RemindNo.NOT_WISHED: _("This person wants no reminders. Talk to them."),
        RemindNo.TOO_SOON: _("A mail went there less than a day ago. Ask again tomorrow, or talk "
                             "to them."),
    }[why]
