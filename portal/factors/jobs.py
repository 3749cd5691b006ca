"""Letting go of what passkeys were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.factors.models import PasskeyAsked
from portal.factors.policy import ASKED_KEPT

if TYPE_CHECKING:
    from portal.ground.work import Ground


def forget_asked(ground: Ground) -> int:
    """Delete what passkeys were asked and can be answered no more, a day after that; returns how
    many. What was signed is kept with its signature."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(PasskeyAsked).where(PasskeyAsked.expires_at < work.now - ASKED_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]
