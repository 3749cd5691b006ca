"""Looking over somebody's shoulder before anything is sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from portal.engagements.actions import letterhead
from portal.issuing.queries import preview_of
from portal.issuing.views import bp
from portal.notices.jobs import in_words
from portal.signing.forms import name_of, page_form
from portal.signing.policy import questions
from portal.web.guards import Door, guard
from portal.web.pages import page
from portal.web.words import long_date

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.issuing.queries import Preview
    from portal.signing.policy import Screen

#: What stands in the place of the secret part of a link that was not made yet.
NOT_YET = "…"


@bp.get("/engagements/<engagement_id>/preview/<party_id>")
@guard(Door.COACH)
def preview(work: Work, engagement_id: str, party_id: str) -> Response:
    """Show exactly what one person will see: the mail, the start page, every page with what it
    asks, the button, and the privacy notice. Nothing here can be pressed."""
    shown = preview_of(work, engagement_id, party_id)
    waiting = shown.waiting
    return page("issuing/preview.html", preview=shown, seat=shown.reader, waiting=waiting,
                differs=shown.differs, mail=_mail(work, shown),
                answers={screen.number: _answers(screen, shown.reader.coach_name)
                         for screen in (waiting.screens if waiting else ())})


def _mail(work: Work, shown: Preview) -> tuple[str, list[str]]:
    """Return the subject of the invitation, and its paragraphs."""
    waiting, reader = shown.waiting, shown.reader
    if waiting is None or reader.party.on_paper:
        return "", []
    subject, text = in_words("invitation", {
        **asdict(letterhead(work, shown.engagement)), "hello": reader.own_name,
        "role": reader.party.role, "texts": str(len(waiting.texts)),
        "minutes": str(waiting.minutes), "until": long_date(waiting.sign_by),
        "link": f"{work.ground.settings.base_url.rstrip('/')}/i/{NOT_YET}"})
    return subject, [part.strip() for part in text.split("\n\n") if part.strip()]


def _answers(screen: Screen, coach: str) -> dict[str, list[str]]:
    """Return the answers that can be chosen, in words, by the keys of what a page asks."""
    form = page_form(screen, coach, kept=False)
    return {key: [str(words) for _value, words in form[name_of(key, kind)].choices]
            for key, kind in questions(screen.page)}
