"""What is different between two frozen texts of one agreement (domain 2.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.changes import scope_changes
from portal.wording.policy.difference import Change, Direction

if TYPE_CHECKING:
    from portal.wording.policy.pack import Template
    from portal.wording.policy.record import Frozen


@dataclass(frozen=True, slots=True)
class Reworded:
    """One part whose words differ: the paragraphs that are gone, and those that are new.

    `number` is that of the new text, or of the old one where the part is gone. Sentences of lines
    are left out: a `Change` says what became of them.
    """

    number: int
    title: str
    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is different between two texts."""

    scope: tuple[Change, ...]
    wording: tuple[Reworded, ...]

    @property
    def direction(self) -> Direction:
        """Return where the new text leads; what says both counts as both."""
        widens, narrows = (any(one.widens for one in self.scope),
                           any(one.narrows for one in self.scope))
        if widens:
            return Direction.MIXED if narrows else Direction.WIDEN
        return Direction.NARROW if narrows else Direction.WORDING


def changes_between(before: Frozen, after: Frozen, template: Template) -> Changes:
    """Return what a text changes against the one before it, from its own first day on."""
    return Changes(scope_changes(before, after, template), _reworded(before, after))


def _reworded(before: Frozen, after: Frozen) -> tuple[Reworded, ...]:
    """Return the parts whose words differ, in the order of the new text, and then those gone."""
    old = {clause.code: clause for clause in before.clauses}
    said = {code: _free(clause.text, before) for code, clause in old.items()}
    found = []
    for clause in after.clauses:
        text = _free(clause.text, after)
        was = said.pop(clause.code, ())
        gone = tuple(one for one in was if one not in text)
        new = tuple(one for one in text if one not in was)
        if gone or new:
            found.append(Reworded(clause.number, clause.title, gone, new))
    found += [Reworded(old[code].number, old[code].title, text, ())
              for code, text in said.items() if text]
    return tuple(found)


def _free(text: Sequence[str], record: Frozen) -> tuple[str, ...]:
    """Return the paragraphs in which no line is printed."""
    sentences = list(record.sentences.values())
    return tuple(part for part in text if not any(one in part for one in sentences))
