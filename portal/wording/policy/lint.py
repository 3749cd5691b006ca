"""The lint over a pack: no overclaim, no word for two people, no placeholder without a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.wording.policy.answers import Fault, FaultCode
from portal.wording.policy.fill import is_broken, named, open_places
from portal.wording.policy.notice import NOTICE_ALWAYS, NOTICE_SOMETIMES
from portal.wording.policy.render import ALWAYS, SOMETIMES
from portal.wording.policy.words import banned_words, overclaims

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.wording.policy.pack import Pack, Template

#: The one clause that may hold the word that could mean two people: it says so (Z25).
MAY_HOLD_THE_WORD = frozenset({"clause K01"})

#: The clause without which no template ships (S3-7).
LIMITS = "K06"

Placed = tuple[str, str]


def lint(pack: Pack) -> tuple[Fault, ...]:
    """Return every fault of a pack, in the order of its files; a good pack has none."""
    found = [fault for where, text in _words(pack) for fault in _word_faults(where, text)]
    for template in pack.templates.values():
        found += _template_faults(template)
    return tuple(found)


def _word_faults(where: str, text: str) -> Iterator[Fault]:
    for words in overclaims(text):
        yield Fault(FaultCode.OVERCLAIM, where, words)
    if where not in MAY_HOLD_THE_WORD:
        for word in banned_words(text):
            yield Fault(FaultCode.BANNED_WORD, where, word)
    if is_broken(text):
        yield Fault(FaultCode.BROKEN_PLACEHOLDER, where)


def _words(pack: Pack) -> Iterator[Placed]:
    """Yield every text of the pack that a person can come to read, with its place."""
    words = pack.vocabulary
    for category in (*words.categories.values(), *words.groups.values()):
        yield from ((f"category {category.code}", text)
                    for text in (category.name, category.object, category.permit))
    for role in words.roles.values():
        yield from ((f"recipient {role.code}", text) for text in (role.name, role.label))
    for term in (*words.purposes.values(), *words.channels.values()):
        yield from ((f"word {term.code}", text) for text in (term.name, term.says))
    for form in words.forms.values():
        yield from ((f"form {form.code}", text) for text in (form.name, form.at_most, form.or_more))
    yield from ((f"pattern {key}", text) for key, text in words.patterns.items())
    for clause in pack.clauses.values():
        yield from ((f"clause {clause.code}", text)
                    for text in (clause.title, clause.in_short, *clause.body))
    for question in pack.questions.values():
        yield from ((f"question {question.key}", text) for text in (
            question.label, question.hint, question.default, *question.examples))
    for template in pack.templates.values():
        yield from _template_words(template)


def _template_words(template: Template) -> Iterator[Placed]:
    code = template.code
    yield from ((f"template {code}", text) for text in (template.name, template.purpose))
    yield from _filled_words(template)
    yield from _notice_words(template)


def _filled_words(template: Template) -> Iterator[Placed]:
    """Yield the texts of a template that a draft fills with its values."""
    code = template.code
    for clause in template.clauses:
        yield from ((f"clause {clause.code}", text) for text in (clause.in_short, *clause.body))
    for role, pages in template.pages.items():
        for page in pages:
            where = f"page {code} {role} {page.key}"
            yield from ((where, text) for text in (page.heading, *page.in_short))
    for line in template.lines:
        where = f"line {code} {line.key}"
        yield from ((where, text) for who in line.recipients for text in who.values())
        if line.choice is not None:
            texts = (line.choice.heading, line.choice.question, *line.choice.in_short)
            yield from ((where, text) for text in (*texts, line.choice.if_no))
    yield from ((f"intent {code} {signer.role}", signer.intent) for signer in template.signers)
    yield (f"consent {code}", template.erecord_consent)


def _notice_words(template: Template) -> Iterator[Placed]:
    for part in template.notice:
        yield from ((f"notice {part.heading}", text) for text in (part.heading, *part.text))


def _template_faults(template: Template) -> Iterator[Fault]:
    """Yield what is wrong with the build of a template: values, pages, the limits clause."""
    for role, pages in template.pages.items():
        keys = [page.key for page in pages]
        yield from (Fault(FaultCode.CLAUSE_WITHOUT_PAGE, f"page {template.code} {role}", c.code)
                    for c in template.clauses if keys.count(c.topic) != 1)
    if LIMITS not in {clause.code for clause in template.clauses}:
        yield Fault(FaultCode.LIMITS_MISSING, f"template {template.code}", LIMITS)
    always, known = _places(template)
    implied = {f"line.{line.key}": frozenset(line.needs) for line in template.lines}
    for where, text in _filled_words(template):
        needs = implied.get(where.replace(f"line {template.code} ", "line."), frozenset())
        yield from _place_faults(where, text, always | needs, known, implied)
    for where, text in _notice_words(template):
        yield from _place_faults(where, text, always | NOTICE_ALWAYS,
                                 known | NOTICE_ALWAYS | NOTICE_SOMETIMES, implied)


def _place_faults(where: str, text: str, always: frozenset[str], known: frozenset[str],
                  implied: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    unknown = named(text) - known
    for key in sorted(unknown):
        yield Fault(FaultCode.UNKNOWN_PLACEHOLDER, where, key)
    for key in sorted(open_places(text, always, implied) - unknown):
        yield Fault(FaultCode.PLACEHOLDER_WITHOUT_VALUE, where, key)


def _places(template: Template) -> tuple[frozenset[str], frozenset[str]]:
    """Return the placeholders that always have a value, and all that a draft may fill."""
    signers = {signer.role.lower() for signer in template.signers}
    required = {question.key for question in template.questions if question.required}
    always = ALWAYS | signers | required
    roles = {role.lower() for role in template.vocabulary.roles}
    answers = {question.key for question in template.questions}
    lines = {f"line.{line.key}" for line in template.lines}
    return frozenset(always), frozenset(always | SOMETIMES | roles | answers | lines)

