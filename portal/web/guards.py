"""Who may come through a door. A view without a guard does not start the application."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work

View = TypeVar("View", bound=Callable[..., Any])


class Door(StrEnum):
    """Name what a view asks of its visitor.

    BARE needs nothing, not even a database. ANYONE is open. MAILBOX is a party that came by
    link and may not have proven more; PARTY is one with a factor. DESK is an account with a
    factor, whatever its role in the practice; COACH is one that may coach, and OWNER one that
    may decide about the practice (Z5). PROGRAM is a program with a key of such a coach: no cookie
    counts there.
    """

    BARE = "bare"
    ANYONE = "anyone"
    MAILBOX = "mailbox"
    PARTY = "party"
    DESK = "desk"
    COACH = "coach"
    OWNER = "owner"
    PROGRAM = "program"


#: The doors of accounts, each with the roles that pass it.
ROLES = {
    Door.DESK: frozenset({"owner", "coach", "helper"}),
    Door.COACH: frozenset({"owner", "coach"}),
    Door.OWNER: frozenset({"owner"}),
}


class DoorNo(StrEnum):
    """Name why somebody who is signed in does not pass a door."""

    NOT_YOUR_ROLE = "not_your_role"


def before(act: Callable[[Ground, dict[str, Any]], None]) -> Callable[[View], View]:
    """Mark a view with what is done before its unit of work begins, in transactions of its own.

    So what only reads is counted too, and nothing is taken back when the view raises. `act` gets
    the values of the address; whatever it raises is answered in place of the view.
    """

    def mark(view: View) -> View:
        view.before = act  # type: ignore[attr-defined]
        return view

    return mark


def guard(
    door: Door, *, keep: Callable[[Work], bool] | None = None, fresh: bool = False
) -> Callable[[View], View]:
    """Mark a view with the door it stands behind.

    What a visitor sent whose session ran out while they were typing is kept and shown to them
    again (`portal/web/late.py`); `keep` saves it in another way, and tells whether it did. Either
    way they are asked to sign in again, and nothing else happens. `fresh` asks an account whose
    factor was not proven a moment ago for a code first; what was sent comes along (ASVS 7.5.1).
    """
    if fresh and door not in ROLES:
        raise ValueError("only accounts can be asked for a code once more")

    def mark(view: View) -> View:
        view.door, view.keep, view.fresh = door, keep, fresh  # type: ignore[attr-defined]
        return view

    return mark
