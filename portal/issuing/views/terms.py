"""The terms of every draft on one screen: lines, days, own questions, and how the coach works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.issuing import actions
from portal.issuing.forms import (
    AS_NOW,
    Part,
    TermsForm,
    answers_in,
    asked_once,
    change_rows,
    fault_words,
    field_name,
    keeping,
    kept_in,
    parts_of,
    texts_form,
)
from portal.issuing.queries import Texts, screen_of, sentences_in, texts_of
from portal.issuing.views import bp
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.web.words import today
from portal.wording.policy import preset_rows, why_not_answers

if TYPE_CHECKING:
    from datetime import date

    from flask import Response

    from portal.ground.work import Work
    from portal.wording.policy import Row


def _form(work: Work, texts: Texts) -> TermsForm:
    day, kept = today(work.now), [text.material for text in texts.to_settle if text.is_begun]
    answers = kept[0].answers if kept else _answers(texts)
    made = texts_form(parts_of(texts), answers)
    starts = max([one.dates.effective_from for one in kept], default=day)
    return made(data={"starts_on": max(starts, day)})


def _answers(texts: Texts) -> dict[str, str]:
    return {key: text for one in texts.to_settle for key, text in one.material.answers.items()}


def _page(work: Work, engagement_id: str, texts: Texts, form: TermsForm) -> dict[str, Any]:
    parts, kept = parts_of(texts), kept_in(form)
    asked = [(q, form[field_name(q.key)]) for q in asked_once(parts)]
    return {
        "form": form, "screen": screen_of(work, engagement_id), "questions": asked,
        "kept": kept, "presets": _presets(form, parts),
        "practice_wrong": any(field.errors for _question, field in asked) or (
            kept is not None and bool(kept.errors)),
        "texts": [_shown(form, part) for part in parts],
    }


def _shown(form: TermsForm, part: Part) -> dict[str, Any]:
    """Return one text as the screen shows it: folded where nothing is missing or wrong."""
    own = [(q, form[part.own(q.key)]) for q in part.own_questions]
    later = form[part.later] if part.number else None
    return {
        "part": part, "ends": form[part.ends] if part.ends_now else None,
        "looks": form[part.looks] if part.rhythms else None,
        "sentences": sentences_in(part.text.material), "own": own, "later": later,
        "offers": [(line, form[part.offer(line.key)]) for line in part.template.lines
                   if line.optional],
        "rules": form[part.rules] if part.template.lists_rules else None,
        "missing": 0 if later is not None and later.data else sum(
            q.required and not said(field) for q, field in own),
        "wrong": any(form[name].errors for name in part.fields),
    }


def _presets(form: TermsForm, parts: list[Part]) -> tuple[Row, ...]:
    """Return the rows that the pack makes of the answers as they stand in the form."""
    template = keeping(parts)
    return preset_rows(template, answers_in(form, asked_once(parts))) if template else ()


@bp.get("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def terms(work: Work, engagement_id: str) -> Response:
    """Show the lines as plain sentences, the dates, and what still has to be answered."""
    texts = texts_of(work, screen_of(work, engagement_id).engagement)
    return page("issuing/terms.html", **_page(work, engagement_id, texts, _form(work, texts)))


@bp.post("/engagements/<engagement_id>/terms")
@guard(Door.COACH)
def save_terms(work: Work, engagement_id: str) -> Response:
    """Keep the answers for good, and what concerns one text with its draft.

    A button of a row draws the screen anew with one row more or less, and keeps nothing.
    """
    engagement = actions.own(work, engagement_id)
    texts = texts_of(work, engagement)
    form, parts = _form(work, texts), parts_of(texts)
    kept = kept_in(form)
    if change_rows(form, _presets(form, parts)):
        return page("issuing/terms.html", **_page(work, engagement_id, texts, form))
    if form.validate_on_submit():
        _blame_all(form, parts, today(work.now))
    if form.errors:
        return again("issuing/terms.html", **_page(work, engagement_id, texts, form))
    actions.save_terms(work, engagement, actions.TermsValues(
        form.starts_on.data or today(work.now), answers_in(form, asked_once(parts)),
        {part.text.material.agreement.id: _own_terms(form, part) for part in parts},
        kept.rows if kept is not None else None))
    return go("issuing.look", engagement_id=engagement_id)


def _blame_all(form: TermsForm, parts: list[Part], day: date) -> None:
    """Say at each field what is wrong with it."""
    for part in parts:
        _blame_text(form, parts, part)
    if (kept := kept_in(form)) is not None:
        kept.check()
    if form.starts_on.data is not None and form.starts_on.data < day:
        blame(form, "starts_on", _("Choose today or a later day."))


def _blame_text(form: TermsForm, parts: list[Part], part: Part) -> None:
    """Say of all that a text needs what is wrong with it; one left for later waits."""
    if part.number and form[part.later].data:
        return
    own = {q.key: part.own(q.key) for q in part.own_questions}
    answers = {**answers_in(form, asked_once(parts)),
               **{key: said(form[name]) for key, name in own.items()}}
    for fault in why_not_answers(part.template, answers):
        field = form[own.get(fault.where, field_name(fault.where))]
        words = fault_words(fault, field.label.text)
        if words not in field.errors:
            blame(form, field.name, words)
    if part.template.lists_rules:
        form[part.rules].check()


def _own_terms(form: TermsForm, part: Part) -> actions.OwnTerms:
    return actions.OwnTerms(
        leave_out=[line.key for line in part.template.lines
                   if line.optional and not form[part.offer(line.key)].data],
        answers={q.key: said(form[part.own(q.key)]) for q in part.own_questions},
        rules=form[part.rules].rules if part.template.lists_rules else (),
        later=bool(part.number and form[part.later].data),
        ends_on=part.ends_now if part.ends_now and form[part.ends].data == AS_NOW else None,
        review_months=int(form[part.looks].data or 0) if part.rhythms else 0)
