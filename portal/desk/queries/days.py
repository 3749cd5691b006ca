"""The next thirty days: until when somebody can sign, what begins, ends, sleeps, or is looked at
again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, literal, null, select, union_all

from portal.desk.models import BoardRow
from portal.desk.policy.look import AHEAD, Scope
from portal.desk.policy.timeline import KNOWN_TURNS, TURNS
from portal.desk.queries.today import seen
from portal.engagements.models import CoachingSession, Engagement, Party
from portal.people.queries import names_of

if TYPE_CHECKING:
    from portal.ground.work import Work

#: So much is listed.
MOST = 12
#: What ends so soon is marked.
_SOON = timedelta(days=14)
#: What is over, or has to be done, by the midnight that ends a day; all else begins one.
_OVER = frozenset({"sign_by", "ends", "review"})


@dataclass(frozen=True, slots=True)
class Coming:
    """Hold one moment of the next thirty days: a session, or what the end of a row brings.

    `at` is the moment; a day that is over at midnight is told by the instant before. `own` says
    that the reader coaches there, and may go on from here.
    """

    key: str
    kind: str
    at: datetime
    engagement_id: str
    template_code: str | None
    coachee: str
    soon_in: int | None
    own: bool

    @property
    def day(self) -> datetime:
        """Return an instant of the day that is meant."""
        return self.at - timedelta(seconds=1) if self.kind in _OVER else self.at


def next_days(work: Work, scope: Scope) -> tuple[list[Coming], bool]:
    """Return what comes soonest in the next thirty days, with one query and the names; and whether
    more comes than that.

    That something is to be looked at, or will fall asleep, is for its own coach alone (Z3, Z5).
    """
    until = work.now + AHEAD
    # Each of these days is where a row ends, so a short range of an index holds them all.
    texts = (
        select(BoardRow.turn.label("kind"), BoardRow.ends.label("at"), BoardRow.id.label("key"),
               BoardRow.engagement_id, BoardRow.template_code, BoardRow.coachee_id)
        .where(*seen(scope), BoardRow.turn.in_(TURNS if scope.own else KNOWN_TURNS),
               BoardRow.ends > work.now, BoardRow.ends < until)
    )
    whose = Engagement.coach_id == scope.person_id if scope.own else literal(True)
    sessions = (
        select(literal("session"), CoachingSession.starts_at, CoachingSession.id,
               CoachingSession.engagement_id, null(), Party.person_id)
        .join(Engagement, Engagement.id == CoachingSession.engagement_id)
        .join(Party, and_(Party.engagement_id == Engagement.id, Party.role == "COACHEE"))
        .where(CoachingSession.practice_id == scope.practice_id, whose,
               CoachingSession.cancelled_at.is_(None), CoachingSession.starts_at > work.now,
               CoachingSession.starts_at < until)
    )
    # An owner sees where texts of others stand, and not when they meet (Z5).
    both = union_all(texts, *([sessions] if scope.reminds else [])).subquery()
    rows = work.session.execute(
        select(both).order_by(both.c.at, both.c.key).limit(MOST + 1)).all()
    found = rows[:MOST]
    names = names_of(work, {row.coachee_id for row in found})
    coming = [Coming(f"{row.key}-{row.kind}", row.kind, row.at, row.engagement_id,
                     row.template_code, names[row.coachee_id], _soon(work, row.kind, row.at),
                     scope.own)
              for row in found]
    # A last day is over at the midnight that begins the next: it comes before what begins then.
    return sorted(coming, key=lambda one: (one.day, one.key)), len(rows) > MOST


def _soon(work: Work, kind: str, at: datetime) -> int | None:
    """Return in how many days something ends that ends soon."""
    left = at - work.now
    return left.days if kind in ("ends", "expires") and left < _SOON else None
