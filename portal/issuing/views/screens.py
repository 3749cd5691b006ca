"""What is agreed, and look and send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.policy import laid_out, minutes_to_read
from portal.factors.actions import CodeRefused
from portal.factors.views.parts import code_trouble
from portal.issuing import actions
from portal.issuing.forms import (
    IssueForm,
    TermsForm,
    answers_in,
    fault_words,
    field_name,
    terms_form,
)
from portal.issuing.policy import IssueNo
from portal.issuing.queries import Screen, screen_of, sentences_of, texts_of
from portal.issuing.views import bp
from portal.plain.errors import Refused
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import today
from portal.wording.policy import why_not_answers

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _terms_form(screen: Screen, work: Work) -> TermsForm:
    made, day = terms_form(screen.template, screen.answers), today(work.now)
    return made(data={"starts_on": max(screen.starts_on or day, day), **{
        f"offer_{line.key}": line.key not in screen.leave_out
        for line in screen.template.lines if line.optional}, **{
        field_name(q.key): screen.answers.get(q.key, q.default)
        for q in screen.template.questions}})


def _terms_page(work: Work, screen: Screen, form: TermsForm) -> dict[str, Any]:
    return {"form": form, "screen": screen, "sentences": sentences_of(work, screen), "questions": [
        (q, form[field_name(q.key)]) for q in screen.template.questions],
        "offers": [(line, form[f"offer_{line.key}"]) for line in screen.template.lines
                   if line.optional]}


@bp.get("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def terms(work: Work, engagement_id: str) -> Response:
    """Show the lines as plain sentences, the dates, and what the practice still has to answer."""
    screen = screen_of(work, engagement_id)
    return page("issuing/terms.html", **_terms_page(work, screen, _terms_form(screen, work)))


@bp.post("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def save_terms(work: Work, engagement_id: str) -> Response:
    """Keep the answers for good and the choice of lines for this draft."""
    engagement = actions.own(work, engagement_id)
    screen = screen_of(work, engagement_id)
    form = _terms_form(screen, work)
    valid = form.validate_on_submit()
    answers = answers_in(form, screen.template)
    for fault in why_not_answers(screen.template, answers) if valid else ():
        field = form[field_name(fault.where)]
        blame(form, field.name, fault_words(fault, field.label.text))
    starts_on = form.starts_on.data or today(work.now)
    if valid and starts_on < today(work.now):
        blame(form, "starts_on", _("Choose today or a later day."))
    if form.errors:
        return again("issuing/terms.html", **_terms_page(work, screen, form))
    left_out = [line.key for line in screen.template.lines
                if line.optional and not form[f"offer_{line.key}"].data]
    own = {text.material.agreement.id: actions.OwnTerms(left_out)
           for text in texts_of(work, engagement).drafts
           if text.material.template.code == "T1"}
    actions.save_terms(work, engagement, actions.TermsValues(starts_on, answers, own))
    return go("issuing.look", engagement_id=engagement_id)


def _look(work: Work, engagement_id: str, form: IssueForm) -> dict[str, Any]:
    screen = screen_of(work, engagement_id)
    texts = texts_of(work, screen.engagement)
    if not texts.to_send:
        raise Refused(IssueNo.ALREADY_OPEN)
    composed = actions.compose(work, texts, texts.to_send[0])
    return {"form": form, "screen": screen, "shown": laid_out(composed.record, "COACHEE"),
            "intent": laid_out(composed.record, "COACH")["intents"]["COACH"],
            "minutes": minutes_to_read(composed.record)}


@bp.get("/engagements/<engagement_id>/issue")
@guard(Door.COACH)
def look(work: Work, engagement_id: str) -> Response:
    """Show exactly what the coachee will read, and the sheet for one's own signature.

    What cannot be issued as it stands goes back to the terms.
    """
    form = IssueForm()
    try:
        values = _look(work, engagement_id, form)
    except Refused:
        return go("issuing.terms", engagement_id=engagement_id)
    form.name.data = form.name.data or values["screen"].coach_name
    return page("issuing/look.html", **values)


@bp.post("/engagements/<engagement_id>/issue")
@guard(Door.COACH)
def send(work: Work, engagement_id: str) -> Response:
    """Freeze, sign one's own part, and send the link."""
    engagement = actions.own(work, engagement_id)
    form = IssueForm()
    if not form.validate_on_submit():
        return again("issuing/look.html", **_look(work, engagement_id, form))
    done = actions.issue(work, engagement, said(form.name), said(form.code))
    if isinstance(done, CodeRefused):
        blame(form, "code", code_trouble(done))
        return again("issuing/look.html", **_look(work, engagement_id, form))
    flash(_("Signed. The invitation is on its way."))
    return go("desk.engagement", engagement_id=engagement_id)
