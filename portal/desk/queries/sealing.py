"""What the board says about seals: papers that wait for one too long, and a seal that ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.desk.models import BoardRow
from portal.desk.queries.today import seen
from portal.evidence.models import Seal
from portal.evidence.policy.seals import ends_soon
from portal.notices.models import Notice

if TYPE_CHECKING:
    from portal.desk.policy.look import Scope
    from portal.ground.work import Work

#: A paper that waits longer than this is told of on the board.
PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Sealing:
    """Hold how many papers wait for their seal in vain, and since when; and when the seal ends,
    if that is soon: owners can replace it, the practice's coaches can tell an owner."""

    late: int
    since: datetime | None
    ends_at: datetime | None
    replaces: bool = False


def sealing(work: Work, scope: Scope) -> Sealing:
    """Return what somebody has to know about seals."""
    newest = (select(Seal.ends_at).where(Seal.practice_id == scope.practice_id,
                                         Seal.retired_at.is_(None))
              .order_by(Seal.made_at.desc()).limit(1).scalar_subquery())
    found: Any = work.session.execute(
        select(func.count(), func.min(Notice.created_at), newest).where(
            Notice.topic == "seal", Notice.settled_at.is_(None), Notice.attempts > 0,
            Notice.created_at <= work.now - PATIENCE, Notice.engagement_id.in_(
                select(BoardRow.engagement_id).where(*seen(scope))))).one()
    count, since, ends_at = found
    told = scope.wide or scope.own
    soon = told and ends_at is not None and ends_soon(ends_at, work.now)
    return Sealing(count, since, ends_at if soon else None, replaces=scope.wide)
