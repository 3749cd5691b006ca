"""Every text of a pack that a person can come to read, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.wording.policy.pack import AskText, Pack, Template


#: What an ask about a line can say besides what its draft says.
OF_A_LINE = frozenset({"phrase", "what", "who"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and where it stands; `needs` and `extra` are values that it has besides a draft's.

    `needs` has a value whenever the text is used, because its line is offered only then.
    """

    where: str
    text: str
    needs: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    is_notice: bool = False


def pack_words(pack: Pack) -> Iterator[Placed]:
    """Yield the texts that belong to no template."""
    words = pack.vocabulary
    for category in (*words.categories.values(), *words.groups.values()):
        yield from _placed(f"category {category.code}",
                           category.name, category.object, category.permit)
    for role in words.roles.values():
        yield from _placed(f"recipient {role.code}", role.name, role.label)
    for term in (*words.purposes.values(), *words.channels.values()):
        yield from _placed(f"word {term.code}", term.name, term.says)
    for form in words.forms.values():
        yield from _placed(f"form {form.code}", form.name, form.at_most, form.or_more, form.heard)
    for key, text in (*words.patterns.items(), *words.blank.items()):
        yield from _placed(f"pattern {key}", text)
    for clause in pack.clauses.values():
        yield from _placed(f"clause {clause.code}", clause.title, clause.in_short, *clause.body)
    for question in pack.questions.values():
        yield from _placed(f"question {question.key}", question.label, question.blank,
                           question.hint, question.default, *question.examples)


def template_words(template: Template) -> Iterator[Placed]:
    """Yield the texts of a template that a draft fills with its values."""
    code = template.code
    yield from _placed(f"template {code}", template.name, template.purpose,
                       *(top.name for top in template.ceiling))
    for clause in template.clauses:
        yield from _placed(f"clause {clause.code}", clause.in_short, *clause.body)
    for role, pages in template.pages.items():
        for page in pages:
            yield from _placed(f"page {code} {role} {page.key}", page.heading, *page.in_short)
    for row in template.schedule:
        yield from _placed(f"schedule {row['what']}", *row.values())
    for signer in template.signers:
        yield Placed(f"intent {code} {signer.role}", signer.intent, extra=frozenset({"button"}))
        yield from _placed(f"signer {code} {signer.role}", signer.button, signer.capacity)
    yield Placed(f"consent {code}", template.erecord_consent)
    yield from _asked(template)
    for role, sections in template.notice.items():
        for section in sections:
            where = f"notice {role} {section.heading}"
            yield from (Placed(where, text, is_notice=True)
                        for text in (section.heading, *section.text))


def _asked(template: Template) -> Iterator[Placed]:
    code = template.code
    for line in template.lines:
        where, needs = f"line {code} {line.key}", frozenset(line.needs)
        yield from (Placed(where, text, needs) for who in line.recipients for text in who.values())
        yield from (Placed(where, text, needs, OF_A_LINE)
                    for text in (_ask_texts(line.ask) if line.ask else []))
    yield from (Placed(f"ask {code} line", text, extra=OF_A_LINE)
                for text in _ask_texts(template.any_line))
    yield from (Placed(f"ask {code} rule", text, extra=frozenset({"rule"}))
                for text in _ask_texts(template.rule) if template.lists_rules)
    yield from (Placed(f"ask {code} person", text)
                for text in _ask_texts(template.person) if template.counterpart)


def _ask_texts(ask: AskText) -> list[str]:
    return [ask.heading, ask.question, *ask.in_short, ask.if_no]


def _placed(where: str, *texts: str) -> Iterator[Placed]:
    yield from (Placed(where, text) for text in texts)
