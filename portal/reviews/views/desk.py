"""The coach's page of an engagement: who said what, the coach's own answer, and calling for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.policy import GIVES, Says
from portal.agreements.queries import coachs_version
from portal.engagements.actions import own
from portal.engagements.queries import coach_of, own_or_missing
from portal.factors.views.passkeys import asks, ways_of, wishes
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing, Refused
from portal.reaching.actions import party_by_id
from portal.reviews import actions
from portal.reviews.actions import Pick
from portal.reviews.forms import EVERYBODY, CallForm, PaperForm, look_form
from portal.reviews.policy import CallNo
from portal.reviews.queries import coach_looks, coachee_name
from portal.reviews.views import bp
from portal.reviews.views.own import checked, given_mark, keeping, mark_for
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import StrEnum

    from flask import Response

    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.people.models import Person
    from portal.reviews.queries import Look


def _frame(work: Work, engagement: Engagement, looks: Sequence[Look]) -> dict[str, Any]:
    return {"looks": looks, "engagement_id": engagement.id,
            "coachee": coachee_name(work, engagement),
            "title": work.reveal(engagement, "title")}


def _values(work: Work, engagement: Engagement) -> dict[str, Any]:
    looks = coach_looks(work, engagement)
    mine = [look for look in looks if look.waits]
    return {**_frame(work, engagement, looks), "mine": mine, "form": look_form(mine, role="COACH"),
            "paper": bool(_paper_form(work, looks).says.choices),
            "code": given_mark(work) is None,
            "ways": ways_of(work, _person(work, engagement))}


def _person(work: Work, engagement: Engagement) -> Person:
    return person_or_missing(work, engagement.practice_id, engagement.coach_id)


def _paper_form(work: Work, looks: Sequence[Look]) -> PaperForm:
    form = PaperForm()
    form.name_choices([look for look in looks if look.review.opens_at <= work.now])
    return form


def _paper_values(work: Work, engagement: Engagement) -> dict[str, Any]:
    looks = coach_looks(work, engagement)
    return {**_frame(work, engagement, looks), "form": _paper_form(work, looks)}


def _call_values(work: Work, engagement: Engagement) -> dict[str, Any]:
    frame, form = _frame(work, engagement, coach_looks(work, engagement)), CallForm()
    form.name_choices(frame["looks"], frame["coachee"])
    return {**frame, "form": form}


@bp.get("/engagements/<engagement_id>/reviews")
@guard(Door.COACH)
def desk(work: Work, engagement_id: str) -> Response:
    """Show each text's review: where it stands, who said what, and what the coach can do."""
    return page("reviews/desk.html", **_values(work, own_or_missing(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/reviews")
@guard(Door.COACH)
def answered(work: Work, engagement_id: str) -> Response:
    """Take the coach's own answers, with one code or passkey for what is kept."""
    engagement = own(work, engagement_id)
    values = _values(work, engagement)
    if not values["mine"]:
        return go("reviews.desk", engagement_id=engagement_id)
    picks = checked_for_coach(values)
    person = _person(work, engagement)
    if asks() and not values["form"].errors:
        return wishes(work, person, keeping(picks))
    mark = mark_for(work, person, values["form"], picks)
    if values["form"].errors:
        return again("reviews/desk.html", **values)
    for pick in picks:
        actions.answer_as_coach(work, engagement, coach_of(work, engagement), pick, step=mark)
    if any(pick.says is Says.CHANGE for pick in picks):
        flash(_("Change what you would like changed, and send it to everybody who signs."))
        return go("issuing.terms", engagement_id=engagement_id)
    flash(_("Written down."))
    return go("reviews.desk", engagement_id=engagement_id)


def checked_for_coach(values: dict[str, Any]) -> list[Pick]:
    """Return the coach's answers: to change one needs no words, for the draft says them."""
    for field in values["form"]:
        if field.name.startswith("words-") and not said(field):
            field.data = "-"
    return checked(values["form"], values["mine"])


@bp.get("/engagements/<engagement_id>/reviews/paper")
@guard(Door.COACH)
def paper(work: Work, engagement_id: str) -> Response:
    """Ask what somebody said who signs on paper."""
    return page("reviews/paper.html", **_paper_values(work, own_or_missing(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/reviews/paper")
@guard(Door.COACH)
def on_paper(work: Work, engagement_id: str) -> Response:
    """Write down what somebody said who signs on paper (Z26)."""
    engagement = own(work, engagement_id)
    values = _paper_values(work, engagement)
    form = values["form"]
    if not form.validate_on_submit():
        return again("reviews/paper.html", **values)
    version_id, party_id, says = form.says.data.split("/")
    actions.answer_on_paper(
        work, engagement, party_by_id(work, engagement, party_id),
        Pick(coachs_version(work, engagement, version_id), Says(says)))
    flash(_("Written down."))
    return go("reviews.desk", engagement_id=engagement_id)


@bp.get("/engagements/<engagement_id>/reviews/call")
@guard(Door.COACH)
def calling(work: Work, engagement_id: str) -> Response:
    """Ask what shall be looked at beside its days, by when, by whom and why."""
    return page("reviews/calling.html", **_call_values(work, own_or_missing(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/reviews/call")
@guard(Door.COACH)
def called(work: Work, engagement_id: str) -> Response:
    """Call for a review beside the days that the text names."""
    engagement = own(work, engagement_id)
    values = _call_values(work, engagement)
    form = values["form"]
    if not form.validate_on_submit():
        return again("reviews/calling.html", **values)
    look = next((one for one in values["looks"] if one.id == form.text.data), None)
    if look is None:
        raise Missing("text")
    try:
        actions.call(work, engagement, look.facts, form.day.data, reason=said(form.reason),
                     asks=None if form.asks.data == EVERYBODY else GIVES)
    except Refused as no:
        blame(form, "day", _why_not(no.reason))
        return again("reviews/calling.html", **values)
    flash(_("Everybody who is asked gets a letter."))
    return go("reviews.desk", engagement_id=engagement_id)


def _why_not(no: StrEnum) -> str:
    return {
        CallNo.DAY_PAST.value: _("Choose a day that is still to come."),
        CallNo.AFTER_THE_END.value: _("Choose a day before the agreement ends."),
    }.get(no.value, _("This agreement is not in force any more."))
