"""The addresses for programs, and the page that explains them.

No cookie counts here, so no form token does either; no other site's page may read an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, url_for

from portal.engagements.queries import own_or_missing
from portal.people.views import counted
from portal.plain.errors import Missing
from portal.sharing.actions import keep
from portal.sharing.policy import decide, read_request
from portal.sharing.queries import around
from portal.tools.forms import NEEDED, OPTIONAL, faults_around, known_id, read_page, read_question
from portal.tools.policy import openapi, told_decision
from portal.tools.queries import engagement_told, own_engagements
from portal.web.context import ground
from portal.web.guards import Door, guard
from portal.web.pages import page
from portal.web.problems import KINDS, BadQuestion, answer
from portal.web.uploads import takes

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work

bp = Blueprint("tools", __name__)
#: A question has less bytes.
_LONGEST = 16 * 1024


def _own(work: Work, engagement_id: str) -> Engagement:
    if not known_id(engagement_id):
        raise Missing("engagement")
    return own_or_missing(work, engagement_id)


@bp.post("/api/v1/decisions")
@counted
@guard(Door.PROGRAM)
@takes(_LONGEST)
def decisions(work: Work) -> Response:
    """Answer one question, and keep it for the coachee to see (INV-14); a question that cannot
    be understood is a problem, and a no."""
    question = read_question(work.now)
    there = around(work, _own(work, question.engagement_id).id)
    asked = read_request(question.values, there.world)
    if asked is None:
        raise BadQuestion("bad-values", faults_around(question, there.world))
    decision = decide(there.world, asked)
    keep(work, there, asked, decision, via="api")
    said = there.lines.get(decision.by or "")
    return answer(told_decision(
        question.engagement_id, asked.time, decision, said.sentence if said else None,
        there.revision))


@bp.get("/api/v1/engagements/<engagement_id>")
@counted
@guard(Door.PROGRAM)
def engagement(work: Work, engagement_id: str) -> Response:
    """Name all that a question about one engagement needs to name."""
    own = _own(work, engagement_id)
    work.note("engagement.looked", "program", engagement_id=own.id)
    return answer(engagement_told(work, own))


@bp.get("/api/v1/engagements")
@counted
@guard(Door.PROGRAM)
def engagements(work: Work) -> Response:
    """Name the coach's own engagements, a page at a time."""
    limit, after = read_page()
    found = own_engagements(work, limit, after)
    return answer({
        "engagements": [{"id": one.id, "title": one.title, "state": one.state}
                        for one in found.engagements],
        "next": url_for("tools.engagements", after=found.after, limit=limit)
        if found.after else None})


@bp.get("/api")
@guard(Door.ANYONE)
def manual(work: Work) -> Response:
    """Explain the addresses and each kind of no to whoever sets a program up."""
    return page("tools/manual.html", kinds=KINDS.values(), needed=NEEDED, optional=OPTIONAL)


@bp.get("/api/v1/openapi.json")
@guard(Door.ANYONE)
def description(work: Work) -> Response:
    """Describe the addresses for programs that read descriptions."""
    return answer(openapi(ground().settings.base_url,
                          {kind.status: str(kind.title) for kind in KINDS.values()}))
