"""Asking before sharing: to whom, what, and how; each step is already narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from portal.engagements.actions import own
from portal.engagements.queries import own_or_missing
from portal.sharing import actions
from portal.sharing.actions import Asked
from portal.sharing.forms import NO_SESSION, AskForm
from portal.sharing.policy.codes import CLASSES
from portal.sharing.queries import glance, meetings, told_of
from portal.sharing.views import bp
from portal.sharing.views.words import words_of
from portal.web.guards import Door, guard
from portal.web.pages import again, go, page
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.sharing.policy.loading import Somebody
    from portal.sharing.queries import Glance

#: So many questions stand below the first step.
_NEWEST = 3


def _frame(seen: Glance, **more: Any) -> dict[str, Any]:
    return {"engagement_id": seen.engagement.id, "coachee": seen.coachee.name,
            "people": seen.people, "vocabulary": load_pack().vocabulary, **more}


def _who(work: Work, seen: Glance, *, unknown: bool = False) -> dict[str, Any]:
    newest = told_of(work, seen.engagement.id, asked_by=seen.engagement.coach_id, limit=_NEWEST)
    return _frame(seen, askable=seen.askable, newest=newest, words_of=words_of, unknown=unknown)


def _how(seen: Glance, form: AskForm, who: Somebody, what: str) -> dict[str, Any]:
    form.to.data, form.what.data = who.id, what
    return _frame(seen, form=form, who=who, what=what)


def _form(work: Work, seen: Glance, who: Somebody, what: str) -> AskForm:
    form, near = AskForm(), seen.narrowed(who, what)
    if not near.categories:
        # No line speaks of this: what lines to this person speak of otherwise is likely meant.
        near = seen.narrowed(who)
    sessions: list[str] = []
    if near.sessions or what.startswith("CNT."):
        sessions = [code for code, _starts, _ends in meetings(work, seen.engagement.id)[0]]
    form.narrow(near, sessions)
    if what != "THP.NAMED":
        del form.agreed
    return form


@bp.get("/engagements/<engagement_id>/ask")
@guard(Door.COACH)
def ask(work: Work, engagement_id: str) -> Response:
    """Ask to whom; then what, of what the lines about them speak of first; then how."""
    seen = glance(work, own_or_missing(work, engagement_id))
    who, what = seen.people.get(request.args.get("to", "")), request.args.get("what", "")
    if who is None:
        return page("sharing/who.html", **_who(work, seen))
    if what not in CLASSES:
        return page("sharing/what.html", **_frame(
            seen, who=who, near=seen.narrowed(who).categories))
    return page("sharing/how.html", **_how(seen, _form(work, seen, who, what), who, what))


@bp.post("/engagements/<engagement_id>/ask")
@guard(Door.COACH)
def asked(work: Work, engagement_id: str) -> Response:
    """Ask, keep question and answer, and show the answer on a page of its own."""
    engagement = own(work, engagement_id)
    seen = glance(work, engagement)
    who, what = seen.people.get(request.form.get("to", "")), request.form.get("what", "")
    if who is None or what not in CLASSES:
        return again("sharing/who.html", **_who(work, seen, unknown=True))
    form = _form(work, seen, who, what)
    if not form.validate_on_submit():
        return again("sharing/how.html", **_how(seen, form, who, what))
    session = form.session.data if "session" in form else NO_SESSION
    question = actions.ask(work, engagement, Asked(
        who.id, what, str(form.why.data), str(form.how.data), str(form.much.data),
        None if session == NO_SESSION else session,
        third_person_agreed="agreed" in form and bool(form.agreed.data)))
    return go("sharing.answer", engagement_id=engagement_id, question_id=question.id)


@bp.get("/engagements/<engagement_id>/questions")
@guard(Door.COACH)
def questions(work: Work, engagement_id: str) -> Response:
    """List what this coach asked and shared, newest first, a page at a time."""
    engagement = own_or_missing(work, engagement_id)
    found = told_of(work, engagement.id, asked_by=engagement.coach_id,
                    before=request.args.get("before", ""))
    return page("sharing/questions.html", **_frame(
        glance(work, engagement), found=found, words_of=words_of))
