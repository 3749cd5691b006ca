"""Look and send: every text as the coachee will read it, and the coach's own signature."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import flash

from portal.agreements.policy import laid_out, minutes_to_read
from portal.factors.actions import CodeRefused
from portal.factors.views.parts import code_trouble
from portal.factors.views.passkeys import asks, blamed, given, ways_of, wishes
from portal.issuing import actions
from portal.issuing.forms import IssueForm
from portal.issuing.policy import IssueNo, digest_of
from portal.issuing.queries import difference_of, screen_of, texts_of
from portal.issuing.views import bp
from portal.people.queries import person_or_missing
from portal.plain.errors import Refused
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from portal.agreements.queries import Differs
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.people.models import Person


def _look(work: Work, engagement_id: str, form: IssueForm) -> dict[str, Any]:
    screen = screen_of(work, engagement_id)
    texts = texts_of(work, screen.engagement)
    if not texts.to_send:
        raise Refused(IssueNo.ALREADY_OPEN)
    made = [actions.compose(work, texts, text) for text in texts.to_send]
    records = [one.record for one in made]
    form.shown.data = digest_of(records)
    return {"form": form, "screen": screen, "ways": ways_of(work, _coach(work, screen.engagement)),
            "drafts": texts.to_send, "people": texts.written_to,
            "texts": [_shown(one.record, difference_of(work, one)) for one in made],
            "minutes": minutes_to_read(*records)}


def _coach(work: Work, engagement: Engagement) -> Person:
    return person_or_missing(work, engagement.practice_id, engagement.coach_id)


def _records(work: Work, engagement: Engagement) -> list[Mapping[str, Any]]:
    texts = texts_of(work, engagement)
    return [actions.compose(work, texts, text).record for text in texts.to_send]


def _shown(record: Mapping[str, Any], differs: Differs | None) -> dict[str, Any]:
    """Return a text as the coachee will get it, with whom else it is, the last day of each line,
    the sentence that the coach signs, and what it changes against the one before it."""
    shown = laid_out(record, "COACHEE")
    third = [role for role in shown["intents"] if role not in ("COACH", "COACHEE")]
    return {**shown, "differs": differs, "third": shown["names"][third[0]] if third else "",
            "until": _last_days(shown), "own": laid_out(record, "COACH")["intents"]["COACH"]}


def _last_days(shown: Mapping[str, Any]) -> dict[int, date]:
    """Return the last day of each line of a text, by its number."""
    return {line["number"]: date.fromisoformat(line["ends"] or shown["ends"])
            for line in shown["lines"]}


@bp.get("/engagements/<engagement_id>/issue")
@guard(Door.COACH)
def look(work: Work, engagement_id: str) -> Response:
    """Show exactly what the coachee will read, and the sheet for one's own signature.

    What cannot be issued as it stands goes back to the terms, and that is said there.
    """
    form = IssueForm()
    try:
        values = _look(work, engagement_id, form)
    except Refused:
        flash(_("This cannot be sent as it stands. Look at what is agreed and at the days, and "
                "complete what is missing."), "error")
        return go("issuing.terms", engagement_id=engagement_id)
    form.name.data = form.name.data or values["screen"].coach_name
    return page("issuing/look.html", **values)


@bp.post("/engagements/<engagement_id>/issue")
@guard(Door.COACH)
def send(work: Work, engagement_id: str) -> Response:
    """Freeze, sign one's own part, and send the link: of exactly what the page showed."""
    engagement = actions.own(work, engagement_id)
    form = IssueForm()
    if not form.validate_on_submit():
        return again("issuing/look.html", **_look(work, engagement_id, form))
    if asks():
        return wishes(work, _coach(work, engagement), actions.issuing(_records(work, engagement)))
    try:
        done = actions.issue(work, engagement, said(form.name), given(work, form),
                             shown=said(form.shown))
    except Refused as no:
        if no.reason is not IssueNo.TEXT_CHANGED:
            raise
        flash(_("The texts were changed in another window. Nothing was signed, and your code was "
                "not used. Here is what holds now."), "error")
        return page("issuing/look.html", 409, **_look(work, engagement_id, form))
    if isinstance(done, CodeRefused):
        blame(form, blamed(form), code_trouble(done))
        return again("issuing/look.html", **_look(work, engagement_id, form))
    flash(_("Signed. Print it now, and have it signed.")
          if screen_of(work, engagement_id).on_paper else
          _("Signed. The invitation is on its way."))
    return go("desk.engagement", engagement_id=engagement_id)
