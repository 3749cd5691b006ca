"""The front of the desk, and one page per engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response as FlaskResponse

from portal.agreements.queries import shown_text, version_row
from portal.desk.policy.look import Scope
from portal.desk.queries.board import sheet_of
from portal.desk.queries.today import of_engagement
from portal.desk.views import bp
from portal.evidence.queries import file_or_missing
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.sessions.queries import sessions_card
from portal.web.guards import Door, guard
from portal.web.pages import go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


@bp.get("/")
@guard(Door.ANYONE)
def front(work: Work) -> Response:
    """Send a coach to the desk and everybody else to the sign-in."""
    coach = work.actor is not None and work.actor.scope == "coach"
    return go("desk.today") if coach else go("factors.sign_in")


@bp.get("/engagements/<engagement_id>")
@guard(Door.COACH)
def engagement(work: Work, engagement_id: str) -> Response:
    """Say what waits for whom, since when, and the next step."""
    work.note("engagement.looked", "coach", engagement_id=engagement_id)
    sheet = sheet_of(work, engagement_id)
    return page("desk/engagement.html", sheet=sheet, form=PlainForm(),
                board=of_engagement(work, own_scope(work), engagement_id),
                card=sessions_card(work, engagement_id))


def own_scope(work: Work) -> Scope:
    """Return what a coach sees of their own engagements: everything that the board shows."""
    if work.actor is None:
        raise Missing("coach")
    return Scope(work.actor.practice_id, work.actor.person_id, own=True, reminds=True)


@bp.get("/engagements/<engagement_id>/text")
@guard(Door.COACH)
def text(work: Work, engagement_id: str) -> Response:
    """Show the newest frozen text: never what the coachee chose before it counts."""
    sheet = sheet_of(work, engagement_id)
    if sheet.version_id is None:
        raise Missing("version")
    work.note("text.looked", "coach", engagement_id=engagement_id, subject_id=sheet.version_id)
    shown = shown_text(work, version_row(work, sheet.version_id), "COACHEE")
    return page("desk/text.html", sheet=sheet, shown=shown)


@bp.get("/engagements/<engagement_id>/papers/<paper_id>.pdf")
@guard(Door.COACH)
def paper(work: Work, engagement_id: str, paper_id: str) -> Response:
    """Hand a sealed paper to the coach of the engagement."""
    sheet = sheet_of(work, engagement_id)
    return send_paper(work, sheet.version_id or "", paper_id)


def send_paper(work: Work, version_id: str, paper_id: str) -> Response:
    """Answer with a sealed file as a download; its name says nothing of a person."""
    found, body = file_or_missing(work, version_id, paper_id)
    work.note("paper.fetched", found.edition, engagement_id=found.engagement_id,
              subject_id=found.id)
    response = FlaskResponse(body, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment",
                         filename=f"agreement-{found.short_code}.pdf")
    return response
