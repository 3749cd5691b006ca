"""The line editor: what is shared, line by line, and what never is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, request

from portal.engagements.queries import own_or_missing
from portal.issuing import actions
from portal.issuing.actions import LineAct
from portal.issuing.forms import (
    LineActForm,
    LineForm,
    chosen_in,
    line_fault_words,
    line_form,
    settled,
)
from portal.issuing.queries import OneLine, line_of, material_of, sheet_of
from portal.issuing.views import bp
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.late import not_kept
from portal.web.pages import _, again, blame, go, page
from portal.web.words import long_date
from portal.wording.policy import NEW

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.issuing.queries import Material

#: What a form carries that asks for the sentence alone: a page, or two texts for a script.
SHOW, WORDS = "show", "words"


@bp.get("/engagements/<engagement_id>/agreements/<agreement_id>/lines")
@guard(Door.COACH)
def lines(work: Work, engagement_id: str, agreement_id: str) -> Response:
    """List the lines of one draft as sentences, and what is not shared."""
    sheet = sheet_of(work, engagement_id, agreement_id)
    if sheet.material.issued:
        return _sent_already(sheet.material)
    return page("issuing/lines.html", sheet=sheet, acts=LineAct)


@bp.get("/engagements/<engagement_id>/agreements/<agreement_id>/lines/<key>")
@guard(Door.COACH)
def line(work: Work, engagement_id: str, agreement_id: str, key: str) -> Response:
    """Show one line as its sentence and as choices."""
    material = material_of(work, own_or_missing(work, engagement_id), agreement_id)
    one = line_of(material, key, request.args.get("kind", ""))
    if material.issued:
        return _sent_already(material)
    form = line_form(one.offer, material.template, one.kept)
    return page("issuing/line.html", **_shown(one, form))


@bp.post("/engagements/<engagement_id>/agreements/<agreement_id>/lines/<key>")
@guard(Door.COACH)
def save_line(work: Work, engagement_id: str, agreement_id: str, key: str) -> Response:
    """Keep a line, or show what its sentence would be; nothing that was chosen is lost."""
    material = material_of(work, actions.own(work, engagement_id), agreement_id)
    one = line_of(material, key, request.args.get("kind", ""))
    form = line_form(one.offer, material.template, one.kept)
    valid = form.validate_on_submit()
    if request.form.get(SHOW):
        return _sentence(one, form)
    for part, words in _faults(one, form) if valid else ():
        _blame(form, part, words)
    if form.errors:
        return again("issuing/line.html", **_shown(one, form))
    actions.keep_line(work, one, chosen_in(form, one.offer))
    flash(_("The line is kept as you put it."))
    return go("issuing.lines", engagement_id=engagement_id, agreement_id=agreement_id)


@bp.post("/engagements/<engagement_id>/agreements/<agreement_id>/lines/<key>/act")
@guard(Door.COACH, keep=not_kept)
def act_on_line(work: Work, engagement_id: str, agreement_id: str, key: str) -> Response:
    """Leave a line out, ask it again, put it back, or take out what was added.

    What was pressed on a page that shows another sentence by now does nothing.
    """
    material = material_of(work, actions.own(work, engagement_id), agreement_id)
    form = LineActForm()
    if key == NEW or form.act.data not in set(LineAct):
        raise Missing("act")
    one = line_of(material, key)
    if form.said.data != one.kept_sentence:
        flash(_("The lines were changed in another window. Here they are as they stand now."),
              "error")
    elif form.validate_on_submit():
        actions.act_on_line(work, one, LineAct(form.act.data))
    return go("issuing.lines", engagement_id=engagement_id, agreement_id=agreement_id)


def _sentence(one: OneLine, form: LineForm) -> Response:
    """Show what the line would say, to a script or on the page; nothing is kept or blamed."""
    if request.form[SHOW] == WORDS:
        sentence, trouble = _words(one, form)
        return jsonify(sentence=sentence, trouble=trouble)
    shown = _shown(one, form)
    for field in form:
        field.errors = ()
    return page("issuing/line.html", **shown)


def _sent_already(material: Material) -> Response:
    flash(_("This text was sent already. Prepare a new one to change its lines."), "error")
    return go("desk.engagement", engagement_id=material.engagement.id)


def _blame(form: LineForm, part: str, words: str) -> None:
    if part in form:
        blame(form, part, words)
    else:
        form.form_errors = [*form.form_errors, words]


def _shown(one: OneLine, form: LineForm) -> dict[str, Any]:
    sentence, trouble = _words(one, form)
    return {"form": form, "one": one, "sentence": sentence, "trouble": trouble, "acts": LineAct,
            "single": settled(one.offer, one.material.template)}


def _faults(one: OneLine, form: LineForm) -> list[tuple[str, str]]:
    """Return what speaks against a line, part by part, in words."""
    days = {"first": long_date(one.offer.first_day), "last": long_date(one.offer.last_day)}
    return [(fault.where, str(line_fault_words(fault, days)))
            for fault in one.why_not(chosen_in(form, one.offer))]


def _words(one: OneLine, form: LineForm) -> tuple[str, str]:
    """Return the sentence of what is chosen, or what is still in its way."""
    for field in (form.starts, form.ends):
        if field.errors:
            return "", str(field.errors[0])
    faults = _faults(one, form)
    if faults:
        return "", faults[0][1]
    return one.sentence(chosen_in(form, one.offer)), ""
