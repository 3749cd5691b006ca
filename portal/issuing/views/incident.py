"""Something went wrong: the coach ends in one act what lets others into an engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.engagements.queries import of_coach, own_or_missing, parties_of
from portal.issuing.views import bp
from portal.people.queries import names_of, person_or_missing
from portal.reaching import actions as reaching
from portal.reaching.forms import RevokeForm
from portal.reaching.policy import Reason
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work

_EVERYBODY = "everybody"


def _shown(work: Work, engagement: Engagement) -> dict[str, Any]:
    parties = [party for party in parties_of(work, [engagement.id])[engagement.id]
               if party.role != "COACH" and party.contact_point_id is not None]
    names = names_of(work, [party.person_id for party in parties])
    form = RevokeForm()
    form.name_choices([(_EVERYBODY, _("Of everybody in this engagement")),
                       *((party.id, _("Of {name}, in all engagements that you coach").format(
                           name=names[party.person_id])) for party in parties)])
    return {"form": form, "engagement_id": engagement.id}


@bp.get("/engagements/<engagement_id>/incident")
@guard(Door.COACH)
def incident(work: Work, engagement_id: str) -> Response:
    """Ask whose links and sessions end, and why."""
    return page("issuing/incident.html", **_shown(work, own_or_missing(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/incident")
@guard(Door.COACH, fresh=True)
def end_ways_in(work: Work, engagement_id: str) -> Response:
    """End them at once, and tell those who were in how to come back."""
    engagement = own_or_missing(work, engagement_id)
    shown = _shown(work, engagement)
    form = shown["form"]
    if not form.validate_on_submit():
        return again("issuing/incident.html", **shown)
    reason = Reason(form.reason.data)
    if form.whose.data == _EVERYBODY:
        reaching.revoke_engagement(work, engagement.id, reason)
    else:
        party = reaching.party_by_id(work, engagement, form.whose.data)
        own = of_coach(work, engagement.practice_id, engagement.coach_id)
        reaching.revoke_person(
            work, person_or_missing(work, engagement.practice_id, party.person_id), reason,
            among=[one.id for one in own])
    flash(_("Ended. Whoever may come back gets a mail that says how."))
    return go("desk.engagement", engagement_id=engagement_id)
