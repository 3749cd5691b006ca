"""The practice's standing answers, and the public pages about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response as FlaskResponse
from flask import flash

from portal.desk.views import bp
from portal.evidence.queries import list_of, seal_or_missing
from portal.issuing.actions import keep_practice
from portal.issuing.forms import KEPT, answers_in, asked_form, change_rows, fault_words, field_name
from portal.people.queries import answers_of, practice_or_missing
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.wording.policy import PRACTICE, preset_rows, why_not_answers
from portal.wording.queries import (
    load_pack,
    practice_questions,
    practice_questions_by_text,
    template,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from portal.ground.work import Work
    from portal.issuing.forms import AskedForm
    from portal.people.models import Practice
    from portal.wording.policy import Row


def _practice(work: Work) -> Practice:
    if work.actor is None:
        raise Missing("practice")
    return practice_or_missing(work, work.actor.practice_id)


def _form(work: Work, practice: Practice) -> AskedForm:
    return asked_form(answers_of(work, practice))()


def _page(form: AskedForm) -> dict[str, Any]:
    """Return the questions by the first text that asks them, and the rows of what is kept."""
    return {"form": form, "kept": form[KEPT], "presets": _presets(form), "texts": [
        (one, [(q, form[field_name(q.key)]) for q in asked])
        for one, asked in practice_questions_by_text() if asked]}


def _presets(form: AskedForm) -> tuple[Row, ...]:
    return preset_rows(template("T1"), answers_in(form, practice_questions()))


@bp.get("/practice")
@guard(Door.COACH)
def practice(work: Work) -> Response:
    """Show the answers that go into every agreement."""
    return page("desk/practice.html", **_page(_form(work, _practice(work))))


@bp.post("/practice")
@guard(Door.COACH)
def keep(work: Work) -> Response:
    """Keep the answers for the texts to come; signed texts never change.

    A button of a row draws the page anew with one row more or less, and keeps nothing.
    """
    own = _practice(work)
    form = _form(work, own)
    if change_rows(form, _presets(form)):
        return page("desk/practice.html", **_page(form))
    answers = answers_in(form, practice_questions())
    if form.validate_on_submit():
        _blame_all(form, answers)
    if form.errors:
        return again("desk/practice.html", **_page(form))
    keep_practice(work, own, answers, form[KEPT].rows)
    flash(_("Kept. The next agreement says it like this; signed ones stay as they are."))
    return go("desk.practice")


def _blame_all(form: AskedForm, answers: Mapping[str, str]) -> None:
    """Say at each field what is wrong with it, once, whichever texts ask for it."""
    for one in load_pack().templates.values():
        for fault in why_not_answers(one, answers, PRACTICE):
            field = form[field_name(fault.where)]
            words = fault_words(fault, field.label.text)
            if words not in field.errors:
                blame(form, field.name, words)
    form[KEPT].check()


@bp.get("/seal/<practice_id>/root.pem")
@guard(Door.ANYONE)
def root_certificate(work: Work, practice_id: str) -> Response:
    """Hand out the root certificate with which anyone can check a sealed paper.

    The id of a practice stands for the seal that it uses now, that of a seal for itself: a paper
    names the one that it was sealed with.
    """
    seal = seal_or_missing(work, practice_id)
    return _public(seal.root_pem, "application/x-pem-file", "root.pem")


@bp.get("/seal/<practice_id>/revocations.crl")
@guard(Door.ANYONE)
def revocation_list(work: Work, practice_id: str) -> Response:
    """Hand out the list of what that root has revoked; one that is not ours has it elsewhere."""
    root = list_of(work, seal_or_missing(work, practice_id))
    if root is None:
        raise Missing("list")
    return _public(root.list_der, "application/pkix-crl", "revocations.crl")


def _public(body: bytes, media: str, name: str) -> FlaskResponse:
    response = FlaskResponse(body, content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/privacy")
@guard(Door.ANYONE)
def privacy(work: Work) -> Response:
    """Say what the portal itself does with data; each agreement has its own notice."""
    return page("desk/privacy.html")


@bp.get("/accessibility")
@guard(Door.ANYONE)
def accessibility(work: Work) -> Response:
    """Say what was tested, and how to ask for help."""
    return page("desk/accessibility.html")
