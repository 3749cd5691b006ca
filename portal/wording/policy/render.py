"""A draft and its text: template, answers, names, dates and lines become clauses."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portal.wording.policy.answers import tidy
from portal.wording.policy.fill import fill, fill_all
from portal.wording.policy.lines import DENY, PERMIT, Dates, Line, add_months
from portal.wording.policy.sentences import sentence, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.wording.policy.pack import Clause, Template

#: Placeholders that every draft can fill, besides its names, answers and lines.
ALWAYS = frozenset({
    "effective_from", "valid_to", "sign_by", "time_zone", "review_first", "review_interval",
    "grace", "silence_limit", "pairing_limit", "share_table", "deny_table",
})

#: Names that a text may ask about and that a draft need not have.
SOMETIMES = frozenset({"choices", "org.rules"})


@dataclass(frozen=True, eq=False)
class Draft:
    """All that the text of one version is made of.

    `answers` are the practice's, by question key. `names` are printed names by role code:
    those of the signers are needed, that of a sponsor brings in the sentences about one.
    """

    template: Template
    answers: Mapping[str, str]
    names: Mapping[str, str]
    dates: Dates
    lines: tuple[Line, ...]

    @cached_property
    def values(self) -> dict[str, str]:
        """Give every value that a text may use, by placeholder; an empty one counts as none."""
        template, dates = self.template, self.dates
        choices = sum(line.optional for line in self.lines)
        first = add_months(dates.effective_from, template.review_months)
        return {
            **{q.key: tidy(self.answers.get(q.key, "")) for q in template.questions},
            **{role.lower(): _clean(name) for role, name in self.names.items()},
            **{f"line.{line.key}": str(line.no) for line in self.lines},
            "choices": str(choices) if choices else "",
            "effective_from": written(dates.effective_from, template),
            "valid_to": written(dates.valid_to, template),
            "sign_by": written(dates.sign_by, template),
            "time_zone": dates.time_zone,
            "review_first": written(first, template),
            "review_interval": _span(template.review_months, "month", template),
            "grace": _span(template.grace_days, "day", template),
            "silence_limit": _span(template.silence_days, "day", template),
            "pairing_limit": _span(template.pairing_days, "day", template),
        }

    @cached_property
    def printed(self) -> dict[str, str]:
        """Give the names by role code as they are printed: NFC, one line."""
        return {role: _clean(name) for role, name in self.names.items()}


@dataclass(frozen=True, slots=True)
class RenderedClause:
    """One clause as it is read and signed; `number` counts from 1 within its text."""

    number: int
    code: str
    title: str
    flags: tuple[str, ...]
    in_short: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The whole text of a version."""

    code: str
    version: str
    name: str
    clauses: tuple[RenderedClause, ...]


def render(draft: Draft) -> Rendered:
    """Return the text of a draft: the same draft always gives the same text.

    Raises `MissingValue` for a placeholder without a value.
    """
    template = draft.template
    return Rendered(
        template.code, template.version, template.name,
        tuple(_clause(number, clause, draft)
              for number, clause in enumerate(template.clauses, start=1)),
    )


def line_text(line: Line, draft: Draft) -> str:
    """Return a line as its table prints it: its number, whether it is optional, its sentence."""
    kind = "optional" if line.optional else (
        "condition" if line.condition_of_programme else "plain")
    return fill(draft.template.vocabulary.patterns[kind], {
        **draft.values, "no": str(line.no),
        "sentence": sentence(line, draft.printed, draft.template),
    })


def intent(draft: Draft, role: str) -> str:
    """Return the sentence that stands next to the button of a signer (UETA 2(8), GDPR 4(11)).

    Raises `KeyError` for a role that does not sign this template.
    """
    texts = {signer.role: signer.intent for signer in draft.template.signers}
    return fill(texts[role], draft.values)


def erecord_consent(draft: Draft) -> str:
    """Return the sentence by which a signer agrees to sign on screen (ESIGN 101(c))."""
    return fill(draft.template.erecord_consent, draft.values)


def _clause(number: int, clause: Clause, draft: Draft) -> RenderedClause:
    return RenderedClause(
        number, clause.code, clause.title, tuple(sorted(clause.flags)),
        fill(clause.in_short, draft.values),
        tuple(paragraph for text in clause.body for paragraph in _paragraphs(text, draft)),
    )


def _paragraphs(text: str, draft: Draft) -> Iterator[str]:
    tables = {"{{share_table}}": PERMIT, "{{deny_table}}": DENY}
    if text not in tables:
        yield from fill_all([text], draft.values)
        return
    lines = [line for line in draft.lines if line.effect == tables[text]]
    yield from (line_text(line, draft) for line in lines)
    if not lines:
        yield draft.template.vocabulary.patterns["no_line"]


def _span(count: int, unit: str, template: Template) -> str:
    pattern = template.vocabulary.patterns[unit if count == 1 else f"{unit}s"]
    return fill(pattern, {"n": str(count)})


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())
