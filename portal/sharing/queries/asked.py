"""What was asked and shared: for the coach who asked, and for the coachee all of it (INV-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, or_, select

from portal.plain.errors import Missing
from portal.sharing.models import Question, Share, Slip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.ground.work import Work

#: So many questions stand on one page.
PAGE = 30


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a question with what came of it."""

    question: Question
    slip: Slip | None
    share: Share | None


@dataclass(frozen=True, slots=True)
class ToldPage:
    """Hold a page of questions, the newest first, and the last one on it if older ones follow."""

    told: Sequence[Told]
    older: str | None


_TOLD = (
    select(Question, Slip, Share)
    .outerjoin(Slip, Slip.question_id == Question.id)
    .outerjoin(Share, Share.question_id == Question.id)
)
_ONE = _TOLD.where(Question.id == bindparam("question"),
                   Question.engagement_id == bindparam("engagement"))
_NEWEST = (
    _TOLD.where(Question.engagement_id == bindparam("engagement"))
    .order_by(Question.asked_at.desc(), Question.id.desc()).limit(bindparam("most"))
)
_OWN_NEWEST = _NEWEST.where(Question.asked_by == bindparam("asked_by"))
_EDGE = or_(Question.asked_at < bindparam("at"),
            and_(Question.asked_at == bindparam("at"), Question.id < bindparam("before")))


def told_or_missing(work: Work, engagement_id: str, question_id: str) -> Told:
    """Return a question of an engagement with what came of it; another's does not exist."""
    if not question_id.isalnum():
        # PostgreSQL takes no zero byte, and no id has one.
        raise Missing("question")
    row = work.session.execute(
        _ONE, {"question": question_id, "engagement": engagement_id}).one_or_none()
    if row is None:
        raise Missing("question")
    return Told(*row)


def told_of(
    work: Work, engagement_id: str, *, asked_by: str | None = None, before: str = "",
    limit: int = PAGE,
) -> ToldPage:
    """Return a page of what was asked in an engagement, by anybody or by one person alone, with
    one query (and one more for where the page begins)."""
    wanted: dict[str, object] = {"engagement": engagement_id, "most": limit + 1}
    found = _NEWEST
    if asked_by is not None:
        found, wanted["asked_by"] = _OWN_NEWEST, asked_by
    if before:
        edge = told_or_missing(work, engagement_id, before).question
        if asked_by not in (None, edge.asked_by):
            raise Missing("question")
        found = found.where(_EDGE)
        wanted |= {"at": edge.asked_at, "before": edge.id}
    rows = work.session.execute(found, wanted).all()
    told = [Told(*row) for row in rows[:limit]]
    return ToldPage(told, told[-1].question.id if len(rows) > limit else None)
