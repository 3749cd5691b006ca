"""The clockwork of reviews: what is due is claimed, then attended to, one engagement at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import Timer
from portal.clockwork.actions import Item, each
from portal.engagements.models import Engagement
from portal.notices.actions import claim, settle
from portal.notices.policy import Attempt, Outcome
from portal.reviews.actions import attend, claim_due

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from portal.ground.work import Ground, Work
    from portal.notices.actions import Claimed

#: So many engagements get their first timer in one transaction.
_BATCH = 50


def sweep(ground: Ground) -> int:
    """Claim everything that is due, and return in how many engagements."""
    total = 0
    while not ground.stopping and (found := claim_due(ground)):
        total += found
    return total


def attend_due(ground: Ground) -> int:
    """Attend to every engagement that was claimed, and return how many could be attended to. One
    that raises is tried again later, set aside in the end, and holds up nobody else."""
    done = 0
    while not ground.stopping and (claimed := claim(ground, "due")) is not None:
        engagement_id = claimed.engagement_id or ""
        item = Item(engagement_id, claimed.practice_id, engagement_id)
        if each(ground, "reviews", [item], partial(_attend, claimed)):
            done += 1
        else:
            with ground.work(writes=True) as work:
                settle(work, claimed, Attempt(Outcome.LATER, "failed"))
    return done


def _attend(claimed: Claimed, work: Work, engagement_id: str) -> None:
    attend(work, engagement_id)
    settle(work, claimed, Attempt(Outcome.DONE))


def review_due(ground: Ground) -> int:
    """Claim and attend to everything that is due; returns how many engagements were attended."""
    sweep(ground)
    return attend_due(ground)


def fill_timers(
    ground: Ground, write: Callable[[Work, Collection[str]], int]
) -> int:
    """Set the timers of engagements that have none, as after an upgrade; returns how many.

    `write` makes the projection of some engagements anew.
    """
    with ground.work(writes=False) as work:
        ids = list(work.session.scalars(
            select(Engagement.id).where(Engagement.id.not_in(select(Timer.engagement_id)))
            .order_by(Engagement.id)))
    for start in range(0, len(ids), _BATCH):
        with ground.work(writes=True) as work:
            write(work, ids[start:start + _BATCH])
    return len(ids)
