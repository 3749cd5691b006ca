"""The text of a draft, and the text of a template before there is a draft."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.draft import ASKED_ON, Draft, span_values
from portal.wording.policy.fill import fill, fill_all
from portal.wording.policy.lines import DENY, PERMIT, Line
from portal.wording.policy.rules import rule_name, rule_text
from portal.wording.policy.schedule import schedule_rows, schedule_text
from portal.wording.policy.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from portal.wording.policy.pack import Clause, Template

#: What a paragraph of its own stands for: the lines, what is kept, the rules.
TABLES = ("share_table", "deny_table", "schedule_table", "rules_table")

#: Placeholders that every draft can fill, besides its names, answers, facts and lines.
ALWAYS = frozenset({"effective_from", "valid_to", "sign_by", "time_zone", *TABLES})

#: Values and conditions that a text may ask about and that a draft need not have.
SOMETIMES = frozenset({"choices", "org.rules", "blank", ASKED_ON})


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
    return _rendered(draft.template, draft.values, lambda table: _table(table, draft))


def blank(template: Template) -> Rendered:
    """Return the wording without names, answers or lines, to be read before there is a draft.

    Roles stand for names, and labels in brackets for what an agreement fills in.
    """
    roles = template.vocabulary.roles
    labels = template.vocabulary.blank
    values = {
        **span_values(template), "blank": "yes", "choices": "yes",
        **{role.lower(): f"the {roles[role].label}" for role in template.roles},
        "counterpart": f"the {roles[template.counterpart or 'COACHEE'].label}",
        **{question.key: f"[{question.blank}]" for question in template.questions},
        **{f"line.{line.key}": "yes" for line in template.lines},
        **{f"shared.{code.lower()}": "yes" for top in template.ceiling for code in top.categories},
        **{key: f"[{labels[key]}]" for key in (*template.facts, *_DAYS)},
        **({"org.rules": f"[{labels['org.rules']}]"} if template.lists_rules else {}),
    }
    text = _rendered(template, values, lambda table: (f"[{labels[table]}]",))
    return Rendered(text.code, text.version, text.name, tuple(
        RenderedClause(c.number, c.code, c.title, c.flags, _capital(c.in_short),
                       tuple(_capital(part) for part in c.text)) for c in text.clauses))


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
    signer = draft.template.signer(role)
    return fill(signer.intent, {**draft.values, "button": signer.button})


def capacity(draft: Draft, role: str) -> str:
    """Return for whom a signer acts: "self", or words such as "for Acme GmbH"."""
    return fill(draft.template.signer(role).capacity, draft.values)


def erecord_consent(draft: Draft) -> str:
    """Return the sentence by which a signer agrees to sign on screen (ESIGN 101(c))."""
    return fill(draft.template.erecord_consent, draft.values)


_DAYS = ("effective_from", "valid_to", "sign_by", "time_zone", "review_first")


def _rendered(template: Template, values: Mapping[str, str],
              table: Callable[[str], Iterable[str]]) -> Rendered:
    return Rendered(
        template.code, template.version, template.name,
        tuple(_clause(number, clause, values, table)
              for number, clause in enumerate(template.clauses, start=1)),
    )


def _clause(number: int, clause: Clause, values: Mapping[str, str],
            table: Callable[[str], Iterable[str]]) -> RenderedClause:
    text: list[str] = []
    for paragraph in clause.body:
        name = paragraph.strip("{}")
        text += table(name) if name in TABLES else fill_all([paragraph], values)
    return RenderedClause(number, clause.code, clause.title, tuple(sorted(clause.flags)),
                          fill(clause.in_short, values), tuple(text))


def _table(name: str, draft: Draft) -> Iterator[str]:
    patterns = draft.template.vocabulary.patterns
    if name == "schedule_table":
        yield from schedule_text(schedule_rows(draft.template, draft.answers), patterns)
    elif name == "rules_table":
        for rule in draft.listed:
            yield rule_name(rule, patterns) + "."
            yield from rule_text(rule, patterns)
    else:
        effect = PERMIT if name == "share_table" else DENY
        lines = [line for line in draft.lines if line.effect == effect]
        yield from (line_text(line, draft) for line in lines)
        if not lines:
            yield patterns["no_line"]


def _capital(text: str) -> str:
    """Return a text whose sentences begin with a capital where a role stands for a name."""
    return re.sub(r"(^|[.!?] )the ", r"\1The ", text)
