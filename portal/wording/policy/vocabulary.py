"""The words that lines are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of information, or a group of kinds whose code is the part before the dot."""

    code: str
    name: str
    kind: str
    object: str
    permit: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """A role that a recipient can have; `kind` is person, body, tool or place."""

    code: str
    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """A purpose or a channel: its code, its name in lists and its words in a sentence."""

    code: str
    name: str
    says: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A rung of the detail ladder; the vocabulary lists the lowest first.

    `heard` are its words for a person who is only in the room.
    """

    code: str
    name: str
    at_most: str
    or_more: str
    heard: str


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Hold the words that lines are made of, by code.

    `patterns` are sentences with placeholders, `blank` the labels of what is not filled in yet.
    """

    categories: Mapping[str, Category]
    groups: Mapping[str, Category]
    roles: Mapping[str, Role]
    purposes: Mapping[str, Term]
    channels: Mapping[str, Term]
    forms: Mapping[str, Form]
    patterns: Mapping[str, str]
    blank: Mapping[str, str]

    def category(self, code: str) -> Category | None:
        """Return a category, a group or `*` by its code."""
        return self.categories.get(code) or self.groups.get(code)

    def kinds(self, code: str) -> frozenset[str]:
        """Return the classes that a category code covers; a group covers all of its members."""
        return frozenset(c.kind for c in self.categories.values() if covers(code, c.code))

    def rung(self, form: str) -> int:
        """Return the place of a form on the detail ladder, counted from 0."""
        return list(self.forms).index(form)


def covers(wide: str, narrow: str) -> bool:
    """Tell whether one category code covers another: by whole dotted parts, `*` covers all."""
    return wide in ("*", narrow) or narrow.startswith(f"{wide}.")
