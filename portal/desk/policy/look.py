"""What somebody wants to see of the board, and what they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

#: Rows on a page.
PAGE = 20
#: How far the list of days looks ahead.
AHEAD = timedelta(days=30)

#: The words behind each of the filters, in the order in which they are offered.
STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("draft", "open", "held"),
    "in_force": ("coming", "in_force"),
    "lost": ("not_concluded", "recalled"),
    "ended": ("ended",),
    "all": ("draft", "open", "held", "coming", "in_force", "not_concluded", "recalled", "ended"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Say whose rows somebody sees, and how much of them (Z5).

    A coach sees their own with names and titles. Others of the practice see logistics alone:
    an owner states, a helper also the button of the reminder. `wide` tells that the choice
    between one's own and the practice's rows is offered.
    """

    practice_id: str
    person_id: str
    own: bool
    reminds: bool
    wide: bool = False


def scope_of(role: str, practice_id: str, person_id: str, *, practice: bool) -> Scope:
    """Return what an account in this role may see; an owner says which of the two is meant."""
    if role == "helper":
        return Scope(practice_id, person_id, own=False, reminds=True)
    wide = role == "owner"
    own = not (wide and practice)
    return Scope(practice_id, person_id, own=own, reminds=own, wide=wide)


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what was asked for: what to find, which filter, whose rows, which page.

    `find` is what somebody typed; `sealed` is the same for addresses, where no name may stand.
    """

    state: str = "open"
    practice: bool = False
    page: int = 1
    find: str = ""
    sealed: str = ""

    def address(self, **changes: str | bool | int) -> dict[str, str | int]:
        """Return what an address has to say to show this, or this with changes."""
        new = replace(self, **{"page": 1, **changes})  # type: ignore[arg-type]
        said: dict[str, str | int | None] = {
            "state": new.state if new.state != "open" else None,
            "who": "practice" if new.practice else None,
            "find": new.sealed or None, "page": new.page if new.page > 1 else None,
        }
        return {key: value for key, value in said.items() if value is not None}


def look(said: Mapping[str, str], find: str) -> Look:
    """Return what an address asks for; what it cannot mean is passed over."""
    state, page = said.get("state", "open"), said.get("page", "1")
    return Look(
        state=state if state in STATES else "open", practice=said.get("who") == "practice",
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
        find=find, sealed=said.get("find", "") if find else "",
    )
