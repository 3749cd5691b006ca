"""What the board says about mails that did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from portal.desk.models import BoardRow
from portal.desk.policy.board import LOOK_BACK
from portal.desk.queries.today import seen
from portal.notices.models import Notice
from portal.people.models import ContactPoint
from portal.people.queries import names_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from portal.desk.policy.look import Scope
    from portal.ground.work import Work

#: So many are named on the board.
MOST = 5


@dataclass(frozen=True, slots=True)
class LostMail:
    """Hold a mail of an engagement that did not arrive: to whom (nobody: to the reader), since
    when, and whether it `came_back` or was given up."""

    engagement_id: str
    name: str
    at: datetime
    came_back: bool


def lost_mails_of(work: Work, scope: Scope) -> Sequence[LostMail]:
    """Return the mails of the last thirty days that did not arrive in somebody's own engagements,
    the newest first; nothing to others, for it would tell whom a coachee has at the table.

    A row of the board says already that a request came back. What came later to the same person,
    or another address of theirs, settles it.
    """
    if not scope.own:
        return []
    rows = work.session.execute(
        select(Notice.engagement_id, Notice.recipient_id, Notice.settled_at, Notice.settled_as)
        .where(Notice.settled_as.in_(("bounced", "given_up")),
               Notice.settled_at > work.now - LOOK_BACK,
               Notice.engagement_id.in_(select(BoardRow.engagement_id).where(*seen(scope))),
               _is_not_on_a_row(), ~_mended())
        .order_by(Notice.settled_at.desc(), Notice.id).limit(MOST)).all()
    names = names_of(work, [row.recipient_id for row in rows])
    return [LostMail(row.engagement_id, names[row.recipient_id]
                     if row.recipient_id != scope.person_id else "", row.settled_at,
                     row.settled_as == "bounced") for row in rows]


def _is_not_on_a_row() -> ColumnElement[bool]:
    """Return what is true of a mail that no row speaks of; of a reminder none does, for to
    somebody who declined none goes out (Z4)."""
    return and_(Notice.topic.in_(("mail", "news")), Notice.recipient_id.is_not(None),
                Notice.name != "reminder",
                or_(Notice.settled_as == "given_up", Notice.name != "invitation"))


def _mended() -> ColumnElement[bool]:
    later = aliased(Notice)
    arrived = exists().where(later.recipient_id == Notice.recipient_id,
                             later.engagement_id == Notice.engagement_id,
                             later.settled_as == "done", later.created_at > Notice.created_at)
    moved = exists().where(ContactPoint.person_id == Notice.recipient_id,
                           ContactPoint.owner_declared_at >= Notice.settled_at)
    return or_(arrived, moved)
