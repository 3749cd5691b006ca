"""The practice's standing answers, and the public pages about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response as FlaskResponse
from flask import flash

from portal.desk.views import bp
from portal.evidence.queries import live_seal
from portal.issuing.forms import answers_in, fault_words, field_name, terms_form
from portal.people.actions import keep_answers
from portal.people.queries import answers_of, practice_or_missing
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page
from portal.wording.policy import tidied, why_not_answers
from portal.wording.queries import template

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.issuing.forms import TermsForm
    from portal.people.models import Practice


def _practice(work: Work) -> Practice:
    if work.actor is None:
        raise Missing("practice")
    return practice_or_missing(work, work.actor.practice_id)


def _form(work: Work, practice: Practice) -> TermsForm:
    pack, answers = template("T1"), answers_of(work, practice)
    form = terms_form(pack, answers)(data={
        field_name(q.key): answers.get(q.key, q.default) for q in pack.questions})
    del form.starts_on
    return form


def _questions(form: TermsForm) -> list[object]:
    return [(q, form[field_name(q.key)]) for q in template("T1").questions]


@bp.get("/practice")
@guard(Door.COACH)
def practice(work: Work) -> Response:
    """Show the answers that go into every agreement."""
    form = _form(work, _practice(work))
    return page("desk/practice.html", form=form, questions=_questions(form))


@bp.post("/practice")
@guard(Door.COACH)
def keep(work: Work) -> Response:
    """Keep the answers for the texts to come; signed texts never change."""
    own = _practice(work)
    form, pack = _form(work, own), template("T1")
    valid = form.validate_on_submit()
    answers = answers_in(form, pack)
    for fault in why_not_answers(pack, answers) if valid else ():
        field = form[field_name(fault.where)]
        blame(form, field.name, fault_words(fault, field.label.text))
    if form.errors:
        return again("desk/practice.html", form=form, questions=_questions(form))
    keep_answers(work, own, tidied(answers))
    flash(_("Kept. The next agreement says it like this; signed ones stay as they are."))
    return go("desk.practice")


@bp.get("/seal/<practice_id>/root.pem")
@guard(Door.ANYONE)
def root_certificate(work: Work, practice_id: str) -> Response:
    """Hand out the root certificate with which anyone can check a sealed paper."""
    seal = live_seal(work, practice_id)
    if seal is None:
        raise Missing("seal")
    response = FlaskResponse(seal.root_pem, content_type="application/x-pem-file")
    response.headers.set("Content-Disposition", "attachment", filename="root.pem")
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
