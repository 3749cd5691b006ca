"""The coach's page of one proposal, and beginning the next version of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.queries import standing_of_one
from portal.amending import actions
from portal.amending.forms import DRAFT, NO, AnswerForm
from portal.amending.queries import may_draft, own_proposal
from portal.amending.views import bp
from portal.engagements.actions import own
from portal.engagements.queries import own_or_missing
from portal.reaching.forms import PlainForm
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _values(work: Work, engagement_id: str, amendment_id: str) -> dict[str, Any]:
    found = own_proposal(work, engagement_id, amendment_id)
    standing = standing_of_one(work, engagement_id)
    form, drafts = AnswerForm(), may_draft(work, standing, found.agreement_id)
    form.name_choices(found.name, drafts=drafts)
    return {"form": form, "proposal": found, "engagement_id": engagement_id, "drafts": drafts}


@bp.get("/engagements/<engagement_id>/proposals/<amendment_id>")
@guard(Door.COACH)
def answer(work: Work, engagement_id: str, amendment_id: str) -> Response:
    """Show what somebody would like changed, what was answered, and ask for an answer."""
    own_or_missing(work, engagement_id)
    values = _values(work, engagement_id, amendment_id)
    work.note("proposal.looked", "coach", engagement_id=engagement_id, subject_id=amendment_id)
    return page("amending/answer.html", **values)


@bp.post("/engagements/<engagement_id>/proposals/<amendment_id>")
@guard(Door.COACH)
def answered(work: Work, engagement_id: str, amendment_id: str) -> Response:
    """Take the answer: a draft of the next version, words, or a no in words."""
    engagement = own(work, engagement_id)
    values = _values(work, engagement_id, amendment_id)
    form, proposal = values["form"], values["proposal"]
    if not proposal.is_open:
        return page("amending/answer.html", 409, **values)
    valid, words = form.validate_on_submit(), said(form.words)
    if valid and form.answer.data != DRAFT and not words:
        blame(form, "words", _("Write what {name} reads as your answer.").format(
            name=proposal.name))
    if form.errors:
        return again("amending/answer.html", **values)
    if form.answer.data == DRAFT:
        actions.begin_next(work, engagement, proposal.agreement_id, amendment_id)
        return go("issuing.terms", engagement_id=engagement_id)
    act = actions.decline if form.answer.data == NO else actions.talk
    act(work, engagement, amendment_id, words)
    flash(_("{name} reads your answer.").format(name=proposal.name))
    return go("desk.engagement", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/agreements/<agreement_id>/next")
@guard(Door.COACH)
def begin_next(work: Work, engagement_id: str, agreement_id: str) -> Response:
    """Begin the next version of a text that is in force; nothing is sent by this."""
    engagement = own(work, engagement_id)
    if not PlainForm().validate_on_submit():
        return go("desk.engagement", engagement_id=engagement_id)
    actions.begin_next(work, engagement, agreement_id)
    return go("issuing.terms", engagement_id=engagement_id)


@bp.post("/engagements/<engagement_id>/agreements/<agreement_id>/next/removal")
@guard(Door.COACH)
def put_next_away(work: Work, engagement_id: str, agreement_id: str) -> Response:
    """Put the draft of a next version away."""
    engagement = own(work, engagement_id)
    if PlainForm().validate_on_submit():
        actions.put_next_away(work, engagement, agreement_id)
        flash(_("The draft is put away. What is in force stays as it is."))
    return go("desk.engagement", engagement_id=engagement_id)
