"""What a content pack holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.wording.policy.vocabulary import Vocabulary

#: A question that a practice answers once, and one that each agreement asks anew.
PRACTICE, ENGAGEMENT = "practice", "engagement"

#: What a page may ask besides lines by their key: about a person, each rule, all other lines.
PERSON, RULES, LINES = "person", "rules", "lines"


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
    """The most that a permit of a template may allow (INV-18); `name` says what kind it is."""

    key: str
    name: str
    categories: tuple[str, ...]
    roles: tuple[str, ...]
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    max_form: str
    max_months: int
    obligations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskText:
    """What is asked about a line, a person or a rule, still with placeholders."""

    heading: str
    question: str
    in_short: tuple[str, ...]
    if_no: str


@dataclass(frozen=True, slots=True)
class LineText:
    """A line as a template offers it: drops out while one of its `needs` has no value.

    One with `last_months` begins that many months before its version ends. A no that is
    `outside_session` counts in all sessions but the one that its agreement names.
    """

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
    last_months: int
    outside_session: bool
    ask: AskText | None


@dataclass(frozen=True, slots=True)
class PageText:
    """A page of the reading, still with placeholders.

    Its clauses are those of its topics. `asks` are keys of lines, or `PERSON`, `RULES`, `LINES`.
    """

    key: str
    heading: str
    in_short: tuple[str, ...]
    topics: tuple[str, ...]
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """A role that signs, for whom, what it means, the sentence beside the button, the button.

    `capacity` is "self" or words with placeholders; `vouching` asks for eight digits (Z8).
    """

    role: str
    meaning: str
    capacity: str
    intent: str
    button: str
    vouching: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked before issuing and that the text then says.

    `kind` is text, number, url or help (Z30). `scope` is `PRACTICE` or `ENGAGEMENT`. `role`
    names the recipient role of a name (INV-19). `blank` stands in a text that is not filled in
    yet. `default` is a sensible answer to begin with,
    `examples` are ready answers to pick from.
    """

    key: str
    label: str
    blank: str
    hint: str
    required: bool
    max_length: int
    kind: str
    scope: str
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
    """Hold a template with all that belongs to it; spans are in whole months and days.

    `counterpart` is the role that signs beside coach and coachee, if any. `named` are further
    roles whose names the text may print; a name of any other role never gets into it. `facts`
    are placeholders that the agreement itself fills. A template with `valid_days` runs so many
    days past its first, and is signed before that. `review_moments` are those beside the
    rhythm at which it is looked at: "midpoint", "final". `most_pages` bounds each reader's screens.
    """

    code: str
    version: str
    name: str
    purpose: str
    locale: str
    mandatory: str
    counterpart: str | None
    named: tuple[str, ...]
    facts: tuple[str, ...]
    lists_rules: bool
    signers: tuple[Signer, ...]
    erecord_consent: str
    clauses: tuple[Clause, ...]
    valid_months: int
    valid_days: int
    review_months: int
    check_in_months: int
    grace_days: int
    sign_by_days: int
    silence_days: int
    pairing_days: int
    review_moments: tuple[str, ...]
    questions: tuple[Question, ...]
    schedule: tuple[Mapping[str, str], ...]
    ceiling: tuple[Ceiling, ...]
    lines: tuple[LineText, ...]
    pages: Mapping[str, tuple[PageText, ...]]
    most_pages: Mapping[str, int]
    any_line: AskText
    person: AskText
    rule: AskText
    notice: Mapping[str, tuple[NoticeText, ...]]
    vocabulary: Vocabulary
    pack_version: str

    @property
    def roles(self) -> frozenset[str]:
        """Return the roles whose names the text may print."""
        return frozenset((*(signer.role for signer in self.signers), *self.named))

    def signer(self, role: str) -> Signer:
        """Return who signs in a role; raises `KeyError` for a role that does not sign."""
        return {signer.role: signer for signer in self.signers}[role]


@dataclass(frozen=True, eq=False)
class Pack:
    """Hold every template that ships in one locale."""

    version: str
    locale: str
    vocabulary: Vocabulary
    clauses: Mapping[str, Clause]
    questions: Mapping[str, Question]
    templates: Mapping[str, Template]

    def template(self, code: str) -> Template:
        """Return a template by its code; raises `KeyError` for one that does not ship."""
        return self.templates[code]


def rhythm_key(code: str) -> str:
    """Return under which of a practice's answers it says how often it looks at a kind of text."""
    return f"review.{code}"


def with_rhythm(template: Template, answers: Mapping[str, str], months: int) -> Template:
    """Return a template that is looked at again every so many months, as its agreement says, or
    else as its practice does; never less often than the template itself (INV-18)."""
    said = answers.get(rhythm_key(template.code), "")
    wanted = months or (int(said) if said.isascii() and said.isdigit() else 0)
    if not 0 < wanted < template.review_months:
        return template
    return replace(template, review_months=wanted)
