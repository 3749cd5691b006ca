"""Saying "not handed over" when the time to answer has passed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.clockwork.actions import Item, each
from portal.engagements.actions import hold
from portal.handing import policy
from portal.handing.actions import tellable
from portal.handing.models import HandOver
from portal.handing.policy import Word
from portal.handing.queries import coachee_of
from portal.ledger.queries import events_of
from portal.people.actions import write_to
from portal.people.queries import names_of, practice_or_missing
from portal.web.words import speak

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work

_LOOK_BACK = timedelta(days=60)


def say_not_handed_over(ground: Ground) -> int:
    """Tell whoever proposed a hand-over, at its last day, that it did not come about: the same
    words on the same day for a no and for silence (Z4). Returns how many were looked at."""
    with ground.work(writes=False) as work:
        due = [Item(*row) for row in work.session.execute(
            select(HandOver.id, HandOver.practice_id, HandOver.engagement_id).where(
                HandOver.answer_by <= work.now, HandOver.answer_by > work.now - _LOOK_BACK))]
    return each(ground, "hand-overs", due, _say)


def _say(work: Work, hand_over_id: str) -> None:
    row = work.session.get_one(HandOver, hand_over_id)
    engagement = hold(work, row.engagement_id)
    events = events_of(work, [row.engagement_id])[row.engagement_id]
    if policy.word(row.id, row.answer_by, events, work.now) is not Word.NOT_HANDED_OVER:
        return
    practice = practice_or_missing(work, row.practice_id)
    speak(practice.locale, practice.timezone)
    coachee = coachee_of(work, engagement).person_id
    base = work.ground.settings.base_url.rstrip("/")
    for person in tellable(work, row):
        write_to(work, person, "not_handed_over", who=names_of(work, [coachee])[coachee],
                 dedupe=f"not_handed_over:{row.id}:{person.id}",
                 page=f"{base}/engagements/{row.engagement_id}/hand-over")
