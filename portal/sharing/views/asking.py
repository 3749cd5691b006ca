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
from portal.sharing.policy.narrowing import narrowed
from portal.sharing.queries import around, askable, told_of
from portal.sharing.views import bp
from portal.sharing.views.words import words_of
from portal.web.guards import Door, guard
from portal.web.pages import again, go, page
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.sharing.policy.loading import Somebody
    from portal.sharing.queries import Around

#: So many questions stand below the first step.
_NEWEST = 3


def _frame(engagement_id: str, coachee: str, **more: Any) -> dict[str, Any]:
    return {"engagement_id": engagement_id, "coachee": coachee,
            "vocabulary": load_pack().vocabulary, **more}


def _who(work: Work, engagement: Engagement, *, unknown: bool = False) -> dict[str, Any]:
    people = askable(work, engagement)
    newest = told_of(work, engagement.id, asked_by=engagement.coach_id, limit=_NEWEST)
    return _frame(engagement.id, people[-1].name, askable=people, newest=newest,
                  words_of=words_of, unknown=unknown, people={who.id: who for who in people})


def _around(loaded: Around, **more: Any) -> dict[str, Any]:
    return _frame(loaded.engagement.id, loaded.people[loaded.world.coachee].name, **more)


def _how(loaded: Around, form: AskForm, who: Somebody, what: str) -> dict[str, Any]:
    form.to.data, form.what.data = who.id, what
    return _around(loaded, form=form, who=who, what=what)


def _form(loaded: Around, who: str, what: str) -> AskForm:
    form = AskForm()
    near = narrowed(loaded.world, who, what)
    if not near.categories:
        # No line speaks of this: what lines to this person speak of otherwise is likely meant.
        near = narrowed(loaded.world, who)
    in_sessions = near.sessions or what.startswith("CNT.")
    form.narrow(near, [code for code, _starts, _ends in loaded.sessions] if in_sessions else ())
    if what != "THP.NAMED":
        del form.agreed
    return form


@bp.get("/engagements/<engagement_id>/ask")
@guard(Door.COACH)
def ask(work: Work, engagement_id: str) -> Response:
    """Ask to whom; then what, of what the lines about them speak of first; then how."""
    engagement, to = own_or_missing(work, engagement_id), request.args.get("to", "")
    loaded = around(work, engagement.id) if to else None
    who, what = loaded.people.get(to) if loaded else None, request.args.get("what", "")
    if loaded is None or who is None:
        return page("sharing/who.html", **_who(work, engagement))
    if what not in CLASSES:
        return page("sharing/what.html", **_around(
            loaded, who=who, near=narrowed(loaded.world, who.id).categories))
    return page("sharing/how.html", **_how(loaded, _form(loaded, who.id, what), who, what))


@bp.post("/engagements/<engagement_id>/ask")
@guard(Door.COACH)
def asked(work: Work, engagement_id: str) -> Response:
    """Ask, keep question and answer, and show the answer on a page of its own."""
    engagement = own(work, engagement_id)
    loaded = around(work, engagement.id)
    who, what = loaded.people.get(request.form.get("to", "")), request.form.get("what", "")
    if who is None or what not in CLASSES:
        return again("sharing/who.html", **_who(work, engagement, unknown=True))
    form = _form(loaded, who.id, what)
    if not form.validate_on_submit():
        return again("sharing/how.html", **_how(loaded, form, who, what))
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
    loaded = around(work, engagement.id)
    found = told_of(work, engagement.id, asked_by=engagement.coach_id,
                    before=request.args.get("before", ""))
    return page("sharing/questions.html", **_around(
        loaded, people=loaded.people, found=found, words_of=words_of))
