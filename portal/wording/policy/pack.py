"""What a content pack holds."""

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
    """A rung of the detail ladder; the vocabulary lists the lowest first."""

    code: str
    name: str
    at_most: str
    or_more: str


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Hold the words that lines are made of, by code."""

    categories: Mapping[str, Category]
    groups: Mapping[str, Category]
    roles: Mapping[str, Role]
    purposes: Mapping[str, Term]
    channels: Mapping[str, Term]
    forms: Mapping[str, Form]
    patterns: Mapping[str, str]

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


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: what it is called, what it says, and on which page it is read."""

    code: str
    title: str
    flags: frozenset[str]
    topic: str
    in_short: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a permit of a template may allow (INV-18)."""

    categories: tuple[str, ...]
    roles: tuple[str, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    max_form: str
    max_months: int
    obligations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """What the page of an optional line says, still with placeholders."""

    heading: str
    question: str
    in_short: tuple[str, ...]
    if_no: str


@dataclass(frozen=True, slots=True)
class LineText:
    """A line as a template offers it: drops out while one of its `needs` has no answer."""

    key: str
    effect: str
    optional: bool
    locked: bool
    unless_named: bool
    condition_of_programme: bool
    needs: tuple[str, ...]
    categories: tuple[str, ...]
    recipients: tuple[Mapping[str, str], ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    max_form: str | None
    min_form: str | None
    obligations: tuple[str, ...]
    choice: ChoiceText | None


@dataclass(frozen=True, slots=True)
class PageText:
    """A page of the reading, still with placeholders; its clauses are those of the topic `key`."""

    key: str
    heading: str
    in_short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """A role that signs, what the signature means, and the sentence next to the button."""

    role: str
    meaning: str
    capacity: str
    intent: str


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a practice is asked once and that the text then says.

    `kind` is text, number or url. `role` names the recipient role of a name (INV-19).
    `default` is a sensible answer to begin with, `examples` are ready answers to pick from.
    """

    key: str
    label: str
    hint: str
    required: bool
    max_length: int
    kind: str
    default: str
    examples: tuple[str, ...]
    role: str
    together: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A section of the privacy notice, still with placeholders."""

    heading: str
    text: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Template:
    """Hold a template with all that belongs to it; spans are in whole months and days."""

    code: str
    version: str
    name: str
    purpose: str
    locale: str
    mandatory: str
    signers: tuple[Signer, ...]
    erecord_consent: str
    clauses: tuple[Clause, ...]
    valid_months: int
    review_months: int
    grace_days: int
    sign_by_days: int
    silence_days: int
    pairing_days: int
    questions: tuple[Question, ...]
    ceiling: tuple[Ceiling, ...]
    lines: tuple[LineText, ...]
    pages: Mapping[str, tuple[PageText, ...]]
    generic_choice: ChoiceText
    notice: tuple[NoticeText, ...]
    vocabulary: Vocabulary
    pack_version: str


@dataclass(frozen=True, eq=False)
class Pack:
    """Hold every template that ships in one locale."""

    version: str
    locale: str
    vocabulary: Vocabulary
    clauses: Mapping[str, Clause]
    questions: Mapping[str, Question]
    notice: tuple[NoticeText, ...]
    templates: Mapping[str, Template]

    def template(self, code: str) -> Template:
        """Return a template by its code; raises `KeyError` for one that does not ship."""
        return self.templates[code]
