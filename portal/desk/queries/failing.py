"""What the board says about things that the clockwork could not do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from portal.clockwork.models import FailingItem
from portal.desk.models import BoardRow
from portal.desk.queries.today import seen
from portal.people.queries import names_of

if TYPE_CHECKING:
    from portal.desk.policy.look import Scope
    from portal.ground.work import Work

#: So many are named on the board; whoever runs the portal sees all.
MOST = 5


@dataclass(frozen=True, slots=True)
class SetAside:
    """Hold one thing that was set aside: the job, its engagement and the coachee, or the whole
    practice, and since when it fails."""

    job: str
    engagement_id: str | None
    coachee: str | None
    since: datetime


def set_aside(work: Work, scope: Scope) -> Sequence[SetAside]:
    """Return what was set aside in somebody's own engagements, and for those who see the practice
    what concerns it as a whole; the longest first, with a constant number of queries."""
    mine = FailingItem.engagement_id.in_(select(BoardRow.engagement_id).where(*seen(scope)))
    whole = and_(FailingItem.engagement_id.is_(None),
                 FailingItem.practice_id == scope.practice_id)
    rows = work.session.scalars(
        select(FailingItem)
        .where(FailingItem.set_aside_at.is_not(None), or_(mine, whole) if scope.wide else mine)
        .order_by(FailingItem.first_at, FailingItem.item_id).limit(MOST)).all()
    if not rows:
        return []
    coachees = {row.engagement_id: row.coachee_id for row in work.session.execute(
        select(BoardRow.engagement_id, BoardRow.coachee_id).where(
            BoardRow.engagement_id.in_({row.engagement_id for row in rows})))}
    names = names_of(work, coachees.values())
    return [SetAside(row.job, row.engagement_id,
                     names.get(coachees.get(row.engagement_id or "", "")), row.first_at)
            for row in rows]
