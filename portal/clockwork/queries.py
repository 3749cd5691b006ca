"""Reading what the clockwork remembers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select

from portal.clockwork.models import FailingItem, JobRun

if TYPE_CHECKING:
    from portal.ground.work import Work

#: The row of `JobRun` that every clockwork touches.
TICK = "tick"


def last_beat(work: Work) -> datetime | None:
    """Return when a clockwork last left a sign of life, or None where none ever ran."""
    return work.session.scalar(select(JobRun.ended_at).where(JobRun.name == TICK))


def last_run(work: Work, name: str) -> JobRun | None:
    """Return what is known of a job that runs in a rhythm, or None where it never ran."""
    return work.session.get(JobRun, name)


def held_back(job: str, now: datetime) -> Select[str]:
    """Return a question for the items of a job that are set aside or pause after a try in vain."""
    return select(FailingItem.item_id).where(
        FailingItem.job == job,
        or_(FailingItem.set_aside_at.is_not(None), FailingItem.due_at > now))


def failing(work: Work, job: str) -> Sequence[FailingItem]:
    """Return what a job could not do at its last try, the longest first."""
    return work.session.scalars(select(FailingItem).where(FailingItem.job == job)
                                .order_by(FailingItem.first_at, FailingItem.item_id)).all()


def all_set_aside(work: Work) -> Sequence[FailingItem]:
    """Return everything that was set aside, by job, the longest first."""
    return work.session.scalars(
        select(FailingItem).where(FailingItem.set_aside_at.is_not(None))
        .order_by(FailingItem.job, FailingItem.first_at, FailingItem.item_id)).all()


def last_trouble(work: Work) -> dict[str, str]:
    """Return the jobs whose last run failed as a whole, with the kind of what they met."""
    return {run.name: run.trouble for run in work.session.scalars(
        select(JobRun).where(JobRun.trouble.is_not(None)).order_by(JobRun.name))
        if run.trouble is not None}
