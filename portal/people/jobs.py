"""Letting go of sign-in sessions that are over, of addresses that were asked for, and of forms that
came too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func

from portal.people.models import AddressChange, LateForm, SignIn
from portal.people.policy import LATE_KEPT, TRACES_KEPT

if TYPE_CHECKING:
    from portal.ground.work import Ground


def forget_late(ground: Ground) -> int:
    """Delete the forms that came too late and that nobody asked for in a week; returns how many."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(LateForm).where(LateForm.kept_at <= work.now - LATE_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_sign_ins(ground: Ground) -> int:
    """Delete the sign-in sessions that ended, or could be used no longer, 90 days ago: with the
    lines of the access log about them (Z16). Returns how many."""
    with ground.work(writes=True) as work:
        over = func.coalesce(SignIn.ended_at, SignIn.ends_at)
        gone = work.session.execute(delete(SignIn).where(over < work.now - TRACES_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]


def forget_address_changes(ground: Ground) -> int:
    """Delete what was asked for 90 days ago: neither address can be proven by it or objected to any
    more, and that somebody asked stands in the record, without them. Returns how many."""
    with ground.work(writes=True) as work:
        gone = work.session.execute(
            delete(AddressChange).where(AddressChange.asked_at < work.now - TRACES_KEPT))
        return int(gone.rowcount)  # type: ignore[attr-defined]
