"""What can be taken back, and which agreement a reference on a copy means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from portal.agreements.policy import VersionFacts
from portal.reaching.policy import seen_outside

#: So many characters of a reference are enough.
SHORTEST = 4
#: What the coach sees of a version that gives something, or may come to.
_GIVES = frozenset({"open", "held", "in_force"})


class TakeNo(StrEnum):
    """Name why nothing was taken back."""

    NO_SUCH_LINE = "no_such_line"
    NOT_OF_THIS_LINE = "not_of_this_line"


class Told(StrEnum):
    """Say how a withdrawal was told: here, or to the coach, who recorded it (Z13)."""

    PORTAL = "portal"
    PHONE = "phone"


class Found(StrEnum):
    """Say what came out about a disputed signature."""

    UPHELD = "upheld"
    NOT_GENUINE = "not_genuine"


def gives(facts: VersionFacts, party_id: str, now: datetime) -> bool:
    """Tell whether a version that a party signed lets something be shared, or may come to.

    What somebody else declined does, as far as the party may know (Z4).
    """
    return (facts.signed_at(party_id) is not None and facts.taken_whole(party_id) is None
            and seen_outside(facts, now) in _GIVES)


def left_of(facts: VersionFacts, number: int, categories: Sequence[str]) -> list[str]:
    """Return what of a line's categories was not taken back yet."""
    taken = facts.taken_from(number)
    if any(one.categories is None for one in taken):
        return []
    gone = {code for one in taken for code in one.categories or ()}
    return [code for code in categories if code not in gone]


def reference_of(facts: VersionFacts) -> str:
    """Return the reference that stands on every copy of a version."""
    return facts.hash[:12].upper()


def by_reference(versions: Iterable[VersionFacts], typed: str) -> VersionFacts | None:
    """Return the one version whose reference begins with what was typed, or None.

    Spaces and hyphens are passed over, as the paper prints the reference in groups.
    """
    wanted = "".join(letter for letter in typed.upper() if letter.isalnum())
    found = [facts for facts in versions if reference_of(facts).startswith(wanted)]
    return found[0] if len(wanted) >= SHORTEST and len(found) == 1 else None
