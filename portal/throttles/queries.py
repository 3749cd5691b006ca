"""Reading what was counted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.throttles.models import Throttle
from portal.throttles.policy import State, Try, opens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work


def digest_of(work: Work, one: Try) -> str:
    """Return the keyed digest under which something is counted: it tells neither a network nor an
    address to whoever has the table and no key."""
    return work.vault.fingerprint(f"{one.rule.name}\n{one.subject}", "throttle")


def state_of(row: Throttle | None) -> State | None:
    """Return what a row says, or None for a fresh one."""
    return None if row is None or not row.count else State(row.count, row.since, row.until)


def opens_at(work: Work, tries: Iterable[Try]) -> datetime | None:
    """Return when the last of these opens again, or None where all are open now. Locks nothing,
    so that saying no to a flood of tries costs one read."""
    wanted = [digest_of(work, one) for one in tries]
    rows = work.session.scalars(select(Throttle).where(Throttle.digest.in_(wanted)))
    return max((until for row in rows if (until := opens(state_of(row), work.now))), default=None)
