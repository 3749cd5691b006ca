"""Letting go of what passkeys were asked, and of links to another password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from portal.factors.models import PasskeyAsked, PasswordReset
from portal.factors.policy import ASKED_KEPT
from portal.people.policy import TRACES_KEPT

if TYPE_CHECKING:
    from portal.ground.work import Ground


def forget_asked(ground: Ground) -> int:
    """Delete what passkeys were asked and can be answered no more, a day after that; returns how
    many. What was signed is kept with its signature."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(PasskeyAsked).where(PasskeyAsked.expires_at < work.now - ASKED_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_resets(ground: Ground) -> int:
    """Delete the links to another password that were asked for 90 days ago; that somebody asked and
    whether it was set stands in the record. Returns how many."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(PasswordReset).where(PasswordReset.asked_at < work.now - TRACES_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]
