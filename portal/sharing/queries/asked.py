"""What was asked and shared: for the coach who asked, and for the coachee all of it (INV-14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

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


def question_or_missing(work: Work, engagement_id: str, question_id: str) -> Question:
    """Return a question of an engagement; another's does not exist."""
    found = work.session.get(Question, question_id)
    if found is None or found.engagement_id != engagement_id:
        raise Missing("question")
    return found


def slip_of(work: Work, question: Question) -> Slip | None:
    """Return the slip that a question was turned into, if it was."""
    return work.session.scalar(select(Slip).where(Slip.question_id == question.id))


def share_of(work: Work, question: Question) -> Share | None:
    """Return what was shared under a question, if anything was."""
    return work.session.scalar(select(Share).where(Share.question_id == question.id))


def told_of(
    work: Work, engagement_id: str, *, asked_by: str | None = None, before: str = "",
    limit: int = PAGE,
) -> ToldPage:
    """Return a page of what was asked in an engagement, by anybody or by one person alone, with
    one query (and one more for where the page begins)."""
    wanted = [Question.engagement_id == engagement_id]
    if asked_by is not None:
        wanted.append(Question.asked_by == asked_by)
    if before:
        edge = work.session.execute(
            select(Question.asked_at, Question.id).where(Question.id == before, *wanted)
        ).one_or_none() if before.isalnum() else None
        if edge is None:
            raise Missing("question")
        wanted.append(or_(Question.asked_at < edge[0],
                          and_(Question.asked_at == edge[0], Question.id < edge[1])))
    rows = work.session.execute(
        select(Question, Slip, Share)
        .outerjoin(Slip, Slip.question_id == Question.id)
        .outerjoin(Share, Share.question_id == Question.id)
        .where(*wanted).order_by(Question.asked_at.desc(), Question.id.desc()).limit(limit + 1)
    ).all()
    found = [Told(*row) for row in rows[:limit]]
    return ToldPage(found, found[-1].question.id if len(rows) > limit else None)
