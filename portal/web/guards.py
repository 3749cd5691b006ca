"""Who may come through a door. A view without a guard does not start the application."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from portal.ground.work import Work

View = TypeVar("View", bound=Callable[..., Any])


class Door(StrEnum):
    """Name what a view asks of its visitor.

    BARE needs nothing, not even a database. ANYONE is open. MAILBOX is a party that came by
    link and may not have proven more; PARTY is one with a factor. COACH is an account with a
    factor.
    """

    BARE = "bare"
    ANYONE = "anyone"
    MAILBOX = "mailbox"
    PARTY = "party"
    COACH = "coach"


def guard(door: Door, *, keep: Callable[[Work], None] | None = None) -> Callable[[View], View]:
    """Mark a view with the door it stands behind.

    `keep` saves what a visitor sent whose session ran out while they were typing; then they
    are asked to sign in again, and nothing else happens.
    """

    def mark(view: View) -> View:
        view.door, view.keep = door, keep  # type: ignore[attr-defined]
        return view

    return mark
