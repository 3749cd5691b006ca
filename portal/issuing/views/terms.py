"""The terms of every draft on one screen: lines, days, own questions, and how the coach works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.issuing import actions
from portal.issuing.forms import (
    Part,
    TermsForm,
    asked_once,
    fault_words,
    field_name,
    parts_of,
    texts_form,
)
from portal.issuing.queries import Texts, screen_of, sentences_in, texts_of
from portal.issuing.views import bp
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import today
from portal.wording.policy import why_not_answers

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _form(work: Work, texts: Texts) -> TermsForm:
    day, kept = today(work.now), [text.material for text in texts.to_settle if text.is_begun]
    answers = kept[0].answers if kept else _answers(texts)
    made = texts_form(parts_of(texts), answers)
    starts = max([one.dates.effective_from for one in kept], default=day)
    return made(data={"starts_on": max(starts, day)})


def _answers(texts: Texts) -> dict[str, str]:
    return {key: text for one in texts.to_settle for key, text in one.material.answers.items()}


def _page(work: Work, engagement_id: str, texts: Texts, form: TermsForm) -> dict[str, Any]:
    parts = parts_of(texts)
    return {
        "form": form, "screen": screen_of(work, engagement_id),
        "questions": [(q, form[field_name(q.key)]) for q in asked_once(parts)],
        "texts": [{"part": part, "sentences": sentences_in(part.text.material),
                   "own": [(q, form[part.own(q.key)]) for q in part.own_questions],
                   "offers": [(line, form[part.offer(line.key)]) for line in part.template.lines
                              if line.optional],
                   "later": form[part.later] if part.number else None} for part in parts],
    }


@bp.get("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def terms(work: Work, engagement_id: str) -> Response:
    """Show the lines as plain sentences, the dates, and what still has to be answered."""
    texts = texts_of(work, screen_of(work, engagement_id).engagement)
    return page("issuing/terms.html", **_page(work, engagement_id, texts, _form(work, texts)))


@bp.post("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def save_terms(work: Work, engagement_id: str) -> Response:
    """Keep the answers for good, and what concerns one text with its draft."""
    engagement = actions.own(work, engagement_id)
    texts = texts_of(work, engagement)
    form, parts = _form(work, texts), parts_of(texts)
    valid = form.validate_on_submit()
    starts_on = form.starts_on.data or today(work.now)
    if valid:
        for part in parts:
            _blame_answers(form, parts, part)
        if starts_on < today(work.now):
            blame(form, "starts_on", _("Choose today or a later day."))
    if form.errors:
        return again("issuing/terms.html", **_page(work, engagement_id, texts, form))
    actions.save_terms(work, engagement, actions.TermsValues(
        starts_on, _practice_answers(form, parts),
        {part.text.material.agreement.id: _own_terms(form, part) for part in parts}))
    return go("issuing.look", engagement_id=engagement_id)


def _practice_answers(form: TermsForm, parts: list[Part]) -> dict[str, str]:
    return {q.key: said(form[field_name(q.key)]) for q in asked_once(parts)}


def _blame_answers(form: TermsForm, parts: list[Part], part: Part) -> None:
    """Say of each answer that a text needs what is wrong with it; one left for later waits."""
    if part.number and form[part.later].data:
        return
    own = {q.key: part.own(q.key) for q in part.own_questions}
    answers = {**_practice_answers(form, parts),
               **{key: said(form[name]) for key, name in own.items()}}
    for fault in why_not_answers(part.template, answers):
        field = form[own.get(fault.where, field_name(fault.where))]
        words = fault_words(fault, field.label.text)
        if words not in field.errors:
            blame(form, field.name, words)


def _own_terms(form: TermsForm, part: Part) -> actions.OwnTerms:
    return actions.OwnTerms(
        leave_out=[line.key for line in part.template.lines
                   if line.optional and not form[part.offer(line.key)].data],
        answers={q.key: said(form[part.own(q.key)]) for q in part.own_questions},
        rules=part.text.material.rules,
        later=bool(part.number and form[part.later].data))
