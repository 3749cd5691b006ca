"""The coachee's page: may somebody else coach me?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.handing import actions
from portal.handing.forms import AnswerForm
from portal.handing.policy import Answer
from portal.handing.queries import Asked, asked
from portal.handing.views import bp
from portal.signing.actions import take_seat
from portal.signing.queries import seat_of
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _form(question: Asked) -> AnswerForm:
    form = AnswerForm()
    form.name_choices(question.proposer, question.colleague)
    return form


@bp.get("/p/hand-over")
@guard(Door.PARTY)
def question(work: Work) -> Response:
    """Say who would coach, what would end, and what the new coach would see; then ask."""
    seat = seat_of(work)
    found = asked(work, seat)
    if found is None:
        return go("signing.home")
    return page("handing/question.html", seat=seat, asked=found, form=_form(found))


@bp.post("/p/hand-over")
@guard(Door.PARTY)
def answer(work: Work) -> Response:
    """Take the answer. A no and silence look the same to whoever asked."""
    seat = take_seat(work)
    found = asked(work, seat)
    if found is None:
        return go("signing.home")
    form = _form(found)
    if not form.validate_on_submit():
        return again("handing/question.html", seat=seat, asked=found, form=form)
    said = Answer(form.answer.data)
    actions.answer(work, seat, said)
    flash(_said(said, found))
    return go("handing.question" if said is Answer.TALK else "signing.home")


def _said(said: Answer, found: Asked) -> str:
    return {
        Answer.YES: _("{name} coaches you from now on. What you signed before has ended."),
        Answer.NO: _("Nothing changes. On the last day whoever asked hears “not handed over”."),
        Answer.TALK: _("A mail says that you want to talk first. You can still answer here."),
    }[said].format(name=found.colleague)
