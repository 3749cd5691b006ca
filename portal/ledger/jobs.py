"""Letting go of old lines of the access log."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.ledger.models import Access

if TYPE_CHECKING:
    from portal.ground.work import Ground

#: How long the access log is kept (Z16). The database itself refuses to delete younger lines.
KEPT = timedelta(days=90)


def forget_old_access(ground: Ground) -> int:
    """Delete the lines of the access log that are older than 90 days; returns how many."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(delete(Access).where(Access.at < work.now - KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]
