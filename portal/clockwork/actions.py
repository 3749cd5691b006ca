"""Letting a job run once whoever ticks, and doing its items so that none stops the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, delete, select, update

from portal.clockwork.models import FailingItem, JobRun
from portal.clockwork.policy import BEAT, CUT_OFF, HELD, TRIES, after_try, is_due, next_run
from portal.clockwork.queries import TICK, held_back, last_beat
from portal.ground import chance
from portal.plain.errors import Unavailable

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work

log = logging.getLogger("portal.clockwork")

#: Runs are due a little later than they could be, each by another span of up to so much of their
#: rhythm, so that the jobs of a night do not fall on one second.
_SPREAD = 20


@cache
def _once(dialect: str, table: type[JobRun | FailingItem]) -> Executable:
    module = import_module(f"sqlalchemy.dialects.{dialect}")
    insert: Executable = module.insert(table.__table__).on_conflict_do_nothing()
    return insert


def _make(work: Work, table: type[JobRun | FailingItem], **values: object) -> None:
    """Write a row unless it is there: one statement, and no race."""
    work.session.execute(_once(work.ground.engine.dialect.name, table), values)


def beat(ground: Ground) -> None:
    """Leave a sign of life, at most once a minute for all clockworks together."""
    with ground.work(writes=False) as work:
        last = last_beat(work)
        if last is not None and timedelta() <= work.now - last < BEAT:
            return
    with ground.work(writes=True) as work:
        _make(work, JobRun, name=TICK, due_at=work.now)
        work.session.execute(
            update(JobRun).where(JobRun.name == TICK).values(ended_at=work.now))


@dataclass(frozen=True, slots=True)
class Run:
    """Hold one run of a job that was taken."""

    name: str
    every: timedelta
    began_at: datetime


def take_run(ground: Ground, name: str, every: timedelta) -> Run | None:
    """Take the run of a job that is due, or None: of several clockworks one gets it.

    It is a claim by compare-and-set that runs out after half an hour, so a killed worker holds
    nothing up for longer. While nothing is due this is one read.
    """
    with ground.work(writes=False) as work:
        seen = work.session.scalar(select(JobRun.due_at).where(JobRun.name == name))
        if seen is not None and not is_due(seen, every, work.now):
            return None
    with ground.work(writes=True) as work:
        if seen is None:
            _make(work, JobRun, name=name, due_at=work.now)
            seen = work.now
        taken: Any = work.session.execute(
            update(JobRun).where(JobRun.name == name, JobRun.due_at == seen)
            .values(due_at=work.now + HELD, began_at=work.now))
        return Run(name, every, work.now) if taken.rowcount == 1 else None


def end_run(ground: Ground, run: Run, trouble: str | None = None) -> None:
    """Write down that a run has ended, and when the job is due again."""
    due = next_run(run.began_at, run.every, failed=trouble is not None)
    later = run.every / _SPREAD * (chance.secret_bytes(1)[0] / 256)
    with ground.work(writes=True) as work:
        # One that was taken over meanwhile is not ours to end.
        work.session.execute(
            update(JobRun).where(JobRun.name == run.name, JobRun.began_at == run.began_at)
            .values(due_at=due if trouble else due + later, ended_at=work.now, trouble=trouble))


@dataclass(frozen=True, slots=True)
class Item:
    """Name one thing that a job does, and whom it concerns if it cannot be done."""

    id: str
    practice_id: str | None = None
    engagement_id: str | None = None


def each(
    ground: Ground, job: str, items: Iterable[Item], do: Callable[[Work, str], object]
) -> int:
    """Do something with each item in a unit of work of its own; returns with how many.

    What raises is rolled back, written down and tried again at a later run, after the fifth time
    no more; the others go on. Nothing new is begun once the process was told to stop.
    """
    with ground.work(writes=False) as work:
        back = set(work.session.scalars(held_back(job, work.now)))
        known = set(work.session.scalars(
            select(FailingItem.item_id).where(FailingItem.job == job)))
    done = 0
    for item in items:
        if ground.stopping:
            break
        if item.id in back:
            continue
        try:
            with ground.work(writes=True) as work:
                do(work, item.id)
                if item.id in known:
                    went_well(work, job, item.id)
        except Unavailable:
            # It is no fault of the item, and the next one would fare no better.
            raise
        except Exception as trouble:  # noqa: BLE001 - one item must not stop the others
            log.error("%s failed for one item: %s", job, type(trouble).__name__)
            went_wrong(ground, job, item, type(trouble).__name__)
        else:
            done += 1
    return done


def went_wrong(ground: Ground, job: str, item: Item, trouble: str) -> None:
    """Write down a try in vain, in a unit of work of its own; the fifth sets the item aside."""
    with ground.work(writes=True) as work:
        _count(work, job, item, trouble)


def went_well(work: Work, job: str, item_id: str) -> None:
    """Forget the tries in vain of an item that was done, or that waits for something outside."""
    work.session.execute(delete(FailingItem).where(
        FailingItem.job == job, FailingItem.item_id == item_id))


def may_begin(work: Work, job: str, item: Item) -> bool:
    """Write down that a try begins which may end the whole process, and tell whether it may.

    It counts as one in vain until `went_well` or `met` says otherwise, so an item that kills
    whoever does it is set aside too.
    """
    row = work.session.get(FailingItem, (job, item.id))
    if row is not None and row.tries >= TRIES:
        row.set_aside_at = row.set_aside_at or work.now
        return False
    _count(work, job, item, CUT_OFF, last=False)
    return True


def met(work: Work, job: str, item_id: str, trouble: str) -> bool:
    """Write down what a try met that was counted when it began, and tell whether that sets the
    item aside."""
    row = work.session.get_one(FailingItem, (job, item_id))
    row.trouble = trouble[:64]
    row.set_aside_at = work.now if after_try(row.tries, work.now).set_aside else None
    return row.set_aside_at is not None


def _count(work: Work, job: str, item: Item, trouble: str, *, last: bool = True) -> None:
    _make(work, FailingItem, job=job, item_id=item.id, practice_id=item.practice_id,
          engagement_id=item.engagement_id, tries=0, trouble=trouble[:64], first_at=work.now,
          due_at=work.now)
    row = work.session.get_one(FailingItem, (job, item.id), with_for_update=True)
    row.tries += 1
    row.trouble = trouble[:64]
    verdict = after_try(row.tries, work.now)
    row.due_at = verdict.due_at
    row.set_aside_at = work.now if verdict.set_aside and last else None


def take_up_again(work: Work, job: str) -> list[str]:
    """Let a job try again what it could not do, from the beginning; returns which items."""
    rows = work.session.scalars(select(FailingItem).where(FailingItem.job == job)).all()
    for row in rows:
        work.session.delete(row)
    return [row.item_id for row in rows]
