"""Letting go of forms that came too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.people.models import LateForm
from portal.people.policy import LATE_KEPT

if TYPE_CHECKING:
    from portal.ground.work import Ground


def forget_late(ground: Ground) -> int:
    """Delete the forms that came too late and that nobody asked for in a week; returns how many."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(LateForm).where(LateForm.kept_at <= work.now - LATE_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]
