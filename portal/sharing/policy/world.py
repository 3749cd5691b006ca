"""What was signed around one engagement, as the decision needs it.

Moments are aware datetimes; `starts` is included, `ends` is not. People and lines are known by ids.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from portal.sharing.policy.codes import ANY, CHANNELS, FACT, PURPOSES, RUNG, covers, spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PERMIT, DENY = "permit", "deny"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in the engagement; from `left_at` on no permission reaches them any more (Z23)."""

    role: str
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature over the text with this hash."""

    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sleep:
    """A time in which the permissions of a version sleep: all, or those to one party."""

    starts: datetime
    ends: datetime | None = None
    party: str | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it is asleep at a moment."""
        return self.starts <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A withdrawal of one line, or of all with `*`; without categories of all it is about."""

    grant: str
    at: datetime
    categories: tuple[str, ...] | None = None

    def takes(self, line: Line, category: str, at: datetime) -> bool:
        """Tell whether a category of a line is taken back at a moment."""
        return (
            self.at <= at
            and self.grant in (ANY, line.id)
            and (self.categories is None or any(covers(c, category) for c in self.categories))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One permission or one no. `form` is the most of a permission, the least of a no.

    With `sessions` it counts in these alone; a no with `outside_sessions` in all but these.
    """

    id: str
    effect: str
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    form: str = FACT
    optional: bool = False
    starts: datetime | None = None
    ends: datetime | None = None
    sessions: tuple[str, ...] = ()
    outside_sessions: tuple[str, ...] = ()
    uses_left: int | None = None
    recipient_need_not_sign: bool = False
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Version:
    """One text with its lines and what happened to it.

    `held` says that somebody has still to be vouched for (Z8): it is not in force until then.
    """

    id: str
    hash: str
    required: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    signatures: Mapping[str, Signature]
    lines: tuple[Line, ...]
    accepted: frozenset[str] = frozenset()
    held: bool = False
    superseded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    suspended: tuple[Sleep, ...] = ()
    withdrawals: tuple[TakenBack, ...] = ()

    @cached_property
    def complete_at(self) -> datetime | None:
        """Give the moment of the last signature that is needed, None while one is missing."""
        theirs = [self.signed_at(party) for party in self.required]
        if self.held or not theirs or None in theirs:
            return None
        return max(at for at in theirs if at is not None)

    def signed_at(self, party: str) -> datetime | None:
        """Return when a party signed this very text, None if they did not (INV-1)."""
        signature = self.signatures.get(party)
        return signature.at if signature is not None and signature.hash == self.hash else None


@dataclass(frozen=True, slots=True)
class Case:
    """A case of telling without a yes; each item is category, recipient, channel and form."""

    id: str
    state: str
    ground: str
    items: frozenset[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A line in its version, with its lists spread out so that asking is one look-up."""

    line: Line
    version: Version
    purposes: frozenset[str]
    channels: frozenset[str]
    rung: int


@dataclass(slots=True)
class Lines:
    """The permissions and the noes that name one party and one kind of information."""

    permits: list[Placed] = field(default_factory=list)
    denies: list[Placed] = field(default_factory=list)


NONE = Lines()


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything around one engagement that a decision depends on.

    `smallest_group` is the least number of people whose feedback may be shown together.
    """

    coachee: str
    state: str
    parties: Mapping[str, Party]
    versions: tuple[Version, ...] = ()
    cases: tuple[Case, ...] = ()
    smallest_group: int = 3

    @cached_property
    def lines_about(self) -> Mapping[tuple[str, str], Lines]:
        """Give the lines by party and category: made once, whatever is asked afterwards."""
        found: defaultdict[tuple[str, str], Lines] = defaultdict(Lines)
        for version in self.versions:
            for line in version.lines:
                placed = _place(line, version)
                people = self.parties if ANY in line.recipients else line.recipients
                for key in product(set(people), spread(line.categories)):
                    lines = found[key]
                    (lines.permits if line.effect == PERMIT else lines.denies).append(placed)
        return dict(found)


def _place(line: Line, version: Version) -> Placed:
    return Placed(
        line, version,
        PURPOSES if ANY in line.purposes else frozenset(line.purposes),
        CHANNELS if ANY in line.channels else frozenset(line.channels),
        RUNG[line.form],
    )
