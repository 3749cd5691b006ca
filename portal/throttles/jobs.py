"""Letting go of what says nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.throttles.models import Throttle

if TYPE_CHECKING:
    from portal.ground.work import Ground


def forget_old_tries(ground: Ground) -> int:
    """Delete what was counted so long ago that it holds nobody up; returns how many subjects."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(delete(Throttle).where(Throttle.ends_at <= work.now))
        return int(gone.rowcount)  # type: ignore[attr-defined]
