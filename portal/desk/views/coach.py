"""The front of the desk, and one page per engagement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Response as FlaskResponse

from portal.agreements.queries import coachs_version
from portal.desk.pictures import relations, signature_arcs, waiting_line
from portal.desk.queries.sheet import sheet_of
from portal.desk.queries.taken import taken_part
from portal.desk.queries.text import coachs_text
from portal.desk.views import bp
from portal.engagements.queries import own_or_missing
from portal.evidence.queries import file_or_missing, twin_or_missing
from portal.evidence.queries.renewals import renewed_or_missing
from portal.reaching.forms import PlainForm
from portal.returning.queries import asking
from portal.reviews.queries import coach_looks
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
    sheet, own = sheet_of(work, engagement_id), own_or_missing(work, engagement_id)
    # Only now: what was asked for in an address may be anything, and of any length.
    work.note("engagement.looked", "coach", engagement_id=own.id)
    return page("desk/engagement.html", sheet=sheet, form=PlainForm(), looks=coach_looks(work, own),
                asking=asking(work, own.practice_id, own.coach_id, own.id),
                signatures=signature_arcs(sheet.summary), relations=relations(sheet),
                waiting=waiting_line(sheet, work.now),
                card=sessions_card(work, engagement_id), part=taken_part(work, engagement_id))


_VERSION = "/engagements/<engagement_id>/versions/<version_id>"


@bp.get(f"{_VERSION}/text")
@guard(Door.COACH)
def text(work: Work, engagement_id: str, version_id: str) -> Response:
    """Show a frozen text: never what the coachee chose before it counts."""
    found = coachs_text(work, own_or_missing(work, engagement_id), version_id)
    work.note("text.looked", "coach", engagement_id=engagement_id, subject_id=version_id)
    shown = found.shown
    days = {key: date.fromisoformat(shown[key]) for key in ("starts", "ends", "sign_by")}
    return page("desk/text.html", engagement_id=engagement_id, text=found, shown=shown, days=days)


@bp.get(f"{_VERSION}/papers/<paper_id>.pdf")
@guard(Door.COACH)
def paper(work: Work, engagement_id: str, version_id: str, paper_id: str) -> Response:
    """Hand a sealed paper to the coach who signed it."""
    facts = coachs_version(work, own_or_missing(work, engagement_id), version_id)
    return send_paper(work, facts.version_id, paper_id)


@bp.get(f"{_VERSION}/papers/<paper_id>/renewed.pdf")
@guard(Door.COACH)
def renewed(work: Work, engagement_id: str, version_id: str, paper_id: str) -> Response:
    """Hand the coach who signed it a sealed paper with its proof renewed."""
    facts = coachs_version(work, own_or_missing(work, engagement_id), version_id)
    return send_renewed(work, facts.version_id, paper_id)


def send_renewed(work: Work, version_id: str, paper_id: str) -> Response:
    """Answer with the newest renewed file of a paper, as a download."""
    paper, newest, body = renewed_or_missing(work, version_id, paper_id)
    work.note("paper.fetched", paper.edition, engagement_id=paper.engagement_id,
              subject_id=paper.id)
    response = FlaskResponse(body, content_type="application/pdf")
    response.headers.set("Content-Disposition", "attachment",
                         filename=f"agreement-{paper.short_code}-renewed-{newest.number}.pdf")
    return response


def send_paper(
    work: Work, version_id: str, paper_id: str, *, twin: bool = False
) -> Response:
    """Answer with a sealed file, or its readable twin, as a download; its name says nothing of a
    person."""
    found, body = (twin_or_missing if twin else file_or_missing)(work, version_id, paper_id)
    work.note("paper.fetched", found.edition, engagement_id=found.engagement_id,
              subject_id=found.id)
    kind, ending = ("text/html; charset=utf-8", "html") if twin else ("application/pdf", "pdf")
    response = FlaskResponse(body, content_type=kind)
    response.headers.set("Content-Disposition", "attachment",
                         filename=f"agreement-{found.short_code}.{ending}")
    return response
