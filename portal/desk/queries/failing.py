"""What the board says about things that the clockwork could not do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from portal.clockwork.models import FailingItem
from portal.clockwork.policy import is_missed
from portal.clockwork.queries import last_run
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


@dataclass(frozen=True, slots=True)
class BackedUp:
    """Hold when the portal was backed up last, None where that failed or never was, and whether
    the owner has to see to it."""

    at: datetime | None
    late: bool


def backed_up(work: Work, scope: Scope) -> BackedUp | None:
    """Return how the nightly backup stands, for those who see the practice; None for everybody
    else, and where the portal takes none."""
    if not scope.wide or not work.ground.settings.backup_dir:
        return None
    run = last_run(work, "backups")
    at = run.ended_at if run is not None and run.trouble is None else None
    return BackedUp(at, is_missed(at, timedelta(days=1), work.now))
