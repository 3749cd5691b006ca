"""Counting tries, and taking back what turned out not to be one."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Executable, select

from portal.plain.errors import TooSoon
from portal.throttles.models import Throttle
from portal.throttles.policy import Limit, State, Try, opens, whole_seconds
from portal.throttles.queries import digest_of, opens_at, state_of

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


@cache
def _fresh(dialect: str) -> Executable:
    # Only the dialect in use is imported: the other one costs a tenth of a cold start.
    module = import_module(f"sqlalchemy.dialects.{dialect}")
    insert: Executable = module.insert(Throttle.__table__).on_conflict_do_nothing(
        index_elements=["digest"])
    return insert


def _held(work: Work, tries: tuple[Try, ...]) -> list[tuple[Try, Throttle]]:
    """Return the rows of some subjects, made where there were none, and locked until the
    transaction ends: always in the same order, so that two tries cannot wait for each other."""
    of = {digest_of(work, one): one for one in tries}
    rows: list[Throttle] = []
    # A second round only where the job deleted an old one between the two statements.
    while len(rows) < len(of):
        work.session.execute(_fresh(work.ground.engine.dialect.name), [
            {"digest": digest, "count": 0, "since": work.now, "ends_at": work.now}
            for digest in sorted(of)])
        rows = list(work.session.scalars(
            select(Throttle).where(Throttle.digest.in_(list(of))).order_by(Throttle.digest)
            .with_for_update().execution_options(populate_existing=True)))
    return [(of[row.digest], row) for row in rows]


def take(work: Work, *tries: Try) -> datetime | None:
    """Count one try by all of these rules, before anybody looks at what was tried.

    Where one of them lets no try through, nothing is counted and the instant is returned at which
    the last of them opens; the work must then go no further. Counted tries are kept with the
    transaction: whoever looks and finds that it was right takes the try back.
    """
    until = opens_at(work, tries)
    if until is not None:
        return until
    held = _held(work, tries)
    shut = [until for _one, row in held if (until := opens(state_of(row), work.now))]
    if shut:
        return max(shut)
    for one, row in held:
        _write(row, one, one.rule.after(state_of(row), work.now))
    return None


def take_back(work: Work, *tries: Try) -> None:
    """Let a try that this transaction counted not count: it was right."""
    for one, row in _held(work, tries):
        counted = state_of(row)
        _write(row, one, one.rule.taken_back(counted) if counted is not None else None)


def _write(row: Throttle, one: Try, state: State | None) -> None:
    if state is None:
        row.count, row.until, row.ends_at = 0, None, row.since
        return
    row.count, row.since, row.until = state.count, state.since, state.until
    lasts = one.rule.within if isinstance(one.rule, Limit) else one.rule.quiet
    row.ends_at = state.since + lasts


def hit(ground: Ground, *tries: Try) -> None:
    """Count one try in a transaction of its own, for what only reads; raises `TooSoon` where it is
    not let through. Saying so writes nothing."""
    with ground.work(writes=False) as work:
        until = opens_at(work, tries)
    if until is None:
        with ground.work(writes=True) as work:
            until = take(work, *tries)
    if until is not None:
        raise TooSoon(whole_seconds(until, work.now), until)
