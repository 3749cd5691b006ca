"""Proposing another coach, and asking no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.engagements.actions import hold
from portal.handing import actions
from portal.handing.forms import ProposeForm
from portal.handing.policy import HandOverNo, why_not_ask
from portal.handing.queries import Handing, handing_of, to_hand_over
from portal.handing.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _page(work: Work, handing: Handing, form: ProposeForm) -> dict[str, Any]:
    own = work.actor is not None and handing.engagement.coach_id == work.actor.person_id
    return {"handing": handing, "form": form, "own": own,
            "stop": _words(why_not_ask(handing.facts), handing.coachee)}


def _words(no: HandOverNo | None, name: str) -> str:
    if no is not HandOverNo.CANNOT_ANSWER:
        return ""
    return _("{name} could not answer with a code: they have not signed on a screen yet, or they "
             "sign on paper and get no link. Let them sign by a link first. Or take back what "
             "waits, and a colleague begins anew with {name}.").format(name=name)


def _load(work: Work, engagement_id: str) -> tuple[Handing, ProposeForm]:
    handing = handing_of(work, to_hand_over(work, engagement_id))
    form = ProposeForm()
    form.name_choices(handing.colleagues)
    return handing, form


@bp.get("/engagements/<engagement_id>/hand-over")
@guard(Door.COACH)
def propose(work: Work, engagement_id: str) -> Response:
    """Say what a hand-over means, where one stands, and ask whom to propose."""
    return page("handing/propose.html", **_page(work, *_load(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/hand-over")
@guard(Door.COACH)
def proposed(work: Work, engagement_id: str) -> Response:
    """Ask the coachee about a colleague; nothing changes before they say yes."""
    hold(work, to_hand_over(work, engagement_id).id)
    handing, form = _load(work, engagement_id)
    if not form.validate_on_submit():
        return again("handing/propose.html", **_page(work, handing, form))
    actions.propose(work, handing.engagement, str(form.colleague.data))
    flash(_("{name} is asked by mail now.").format(name=handing.coachee))
    return go("handing.propose", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/hand-over/revocation")
@guard(Door.COACH)
def take_back(work: Work, engagement_id: str) -> Response:
    """Ask no longer."""
    actions.take_back(work, to_hand_over(work, engagement_id))
    flash(_("The question is taken back. Nothing has changed."))
    return go("handing.propose", engagement_id=engagement_id)
