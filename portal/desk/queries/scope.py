"""Who may see what of an engagement, until when, with the words that a page puts to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.policy import is_waiting, state
from portal.sharing.policy import Sight, scope
from portal.sharing.policy.codes import CLASSES
from portal.sharing.queries import around
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from portal.ground.work import Work
    from portal.sharing.policy import Cell
    from portal.sharing.queries import Around

#: So many people stand side by side: on a telephone there is no room for more.
_SIDE_BY_SIDE = 5
#: What ends within so long is shown as ending soon.
_SOON = timedelta(days=30)
#: Roles in the order in which people are shown; all others follow.
_ROLES = ("SPONSOR", "LINE_MANAGER", "HR_PARTNER", "ASSISTANT", "SUPPORTER", "GUEST")


@dataclass(frozen=True, slots=True)
class Person:
    """Hold somebody whom something can be shared with; a place or a tool too."""

    id: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Kind:
    """Hold a kind of information with the group that it belongs to."""

    code: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class Table:
    """Hold people who stand side by side, and the kinds of information of which any text asks
    that one of them hears: of all others they hear nothing."""

    people: Sequence[Person]
    kinds: Sequence[Kind]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hold who may see what of one engagement: a cell for each kind and person.

    `tables` have the people of the engagement first, then bodies, tools and whoever else is no
    party. `unheard` are the kinds of which no text asks that anybody hears. `forms` are the words
    for how much is told.
    """

    engagement_id: str
    coachee: str
    tables: Sequence[Table]
    unheard: Sequence[Kind]
    cells: Mapping[tuple[str, str], Cell]
    forms: Mapping[str, str]
    at: datetime

    @property
    def people(self) -> list[Person]:
        """Return everybody, in the order of the tables."""
        return [person for table in self.tables for person in table.people]

    @property
    def seers(self) -> int:
        """Return how many people may learn something now."""
        return len({cell.recipient for cell in self.cells.values()
                    if cell.sight in (Sight.FULL, Sight.PART)})

    def last(self, cell: Cell) -> datetime | None:
        """Return a moment of the last day on which a cell holds, None where nothing ends it."""
        return None if cell.until is None else cell.until - timedelta(seconds=1)

    def ends_soon(self, cell: Cell) -> bool:
        """Tell whether a cell holds for less than thirty days more."""
        return cell.until is not None and cell.until - self.at < _SOON


def matrix_of(work: Work, engagement_id: str) -> Matrix:
    """Return who may see what now; the same few queries however many take part."""
    there = around(work, engagement_id)
    standing = there.standing
    waiting = {facts.version_id for facts in standing.versions
               if facts.agreement_id not in standing.dropped and (
                   is_waiting(facts, work.now) or state(facts, work.now) == "SCHEDULED")}
    cells = scope(there.world, there.at, waiting=waiting)
    named = {key for key, lines in there.world.lines_about.items()
             if lines.permits and key[0] != there.world.coachee}
    return Matrix(
        engagement_id, there.people[there.world.coachee].name,
        [Table(people, _kinds(named, people)) for people in _side_by_side(there, cells)],
        [_kind(code) for code in CLASSES if code not in {code for _who, code in named}], cells,
        {code: form.name for code, form in load_pack().vocabulary.forms.items()}, there.at)


def _kinds(named: set[tuple[str, str]], people: Sequence[Person]) -> list[Kind]:
    """Return the kinds of information of which a permission names one of these people."""
    return [_kind(code) for code in CLASSES if any((who.id, code) in named for who in people)]


def _side_by_side(
    there: Around, cells: Mapping[tuple[str, str], Cell]
) -> Iterator[Sequence[Person]]:
    """Yield whom something can be shared with, a table at a time; who has left stands there while
    there is something that they might have seen."""
    words = load_pack().vocabulary.roles
    seen = {who for (_code, who), cell in cells.items() if cell.sight is not Sight.NONE}
    found = [who for who in there.people.values()
             if who.role not in ("COACH", "COACHEE")
             and (who.id in seen or who.left_at is None or who.left_at > there.at)]
    rank = {role: place for place, role in enumerate(_ROLES)}
    found.sort(key=lambda who: (rank.get(who.role, len(rank)), who.role, who.name, who.id))
    for is_party in (True, False):
        some = [Person(who.id, who.name, words[who.role].label or words[who.role].name)
                for who in found if (who.since is not None) is is_party]
        for at in range(0, len(some), _SIDE_BY_SIDE):
            yield some[at:at + _SIDE_BY_SIDE]


def every_kind() -> list[Kind]:
    """Return all kinds of information, in their order."""
    return [_kind(code) for code in CLASSES]


def _kind(code: str) -> Kind:
    words = load_pack().vocabulary
    return Kind(code, words.categories[code].name, words.groups[code.partition(".")[0]].name)
