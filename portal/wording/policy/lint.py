"""The lint over a pack: no overclaim, no word for two people, no placeholder without a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.wording.policy.answers import Fault, FaultCode
from portal.wording.policy.draft import span_values
from portal.wording.policy.fill import is_broken, named, open_places, without
from portal.wording.policy.notice import NOTICE_ALWAYS, NOTICE_SOMETIMES
from portal.wording.policy.pack import LINES, PERSON, RULES
from portal.wording.policy.placed import Placed, pack_words, template_words
from portal.wording.policy.render import ALWAYS, SOMETIMES
from portal.wording.policy.words import banned_words, overclaims

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.wording.policy.pack import Pack, Template

#: The one clause that may hold the word that could mean two people: it says so (Z25).
MAY_HOLD_THE_WORD = frozenset({"clause K01"})

#: The clause without which no template ships (S3-7).
LIMITS = "K06"


@dataclass(frozen=True, slots=True)
class _Values:
    """The placeholders of one template: always, sometimes and anywhere filled, and which come
    with which."""

    always: frozenset[str]
    sometimes: frozenset[str]
    known: frozenset[str]
    implied: Mapping[str, frozenset[str]]


def lint(pack: Pack) -> tuple[Fault, ...]:
    """Return every fault of a pack, in the order of its files; a good pack has none."""
    found = [fault for place in pack_words(pack) for fault in _word_faults(place)]
    known = _known(pack)
    for template in pack.templates.values():
        found += _build_faults(template)
        values = _Values(_always(template), _sometimes(template), known, {
            f"line.{line.key}": frozenset(line.needs) for line in template.lines})
        for place in template_words(template):
            found += _word_faults(place)
            found += _value_faults(place, values)
    return tuple(dict.fromkeys(found))


def _word_faults(place: Placed) -> Iterator[Fault]:
    for words in overclaims(place.text):
        yield Fault(FaultCode.OVERCLAIM, place.where, words)
    if place.where not in MAY_HOLD_THE_WORD:
        for word in banned_words(place.text):
            yield Fault(FaultCode.BANNED_WORD, place.where, word)
    if is_broken(place.text):
        yield Fault(FaultCode.BROKEN_PLACEHOLDER, place.where)


def _build_faults(template: Template) -> Iterator[Fault]:
    """Yield what is wrong with the build of a template: pages, asks, the limits clause."""
    askable = {line.key for line in template.lines if line.optional} | {LINES, RULES}
    for role, pages in template.pages.items():
        where = f"page {template.code} {role}"
        topics = [topic for page in pages for topic in page.topics]
        yield from (Fault(FaultCode.CLAUSE_WITHOUT_PAGE, where, clause.code)
                    for clause in template.clauses if topics.count(clause.topic) != 1)
        yield from (Fault(FaultCode.UNKNOWN_ASK, where, key)
                    for page in pages for key in page.asks
                    if key not in askable and not (key == PERSON and template.counterpart))
    if LIMITS not in {clause.code for clause in template.clauses}:
        yield Fault(FaultCode.LIMITS_MISSING, f"template {template.code}", LIMITS)


def _value_faults(place: Placed, values: _Values) -> Iterator[Fault]:
    """Yield the placeholders of a text that no draft of this template can be sure to fill."""
    more = NOTICE_ALWAYS if place.is_notice else place.extra
    unknown = named(place.text) - values.known - more
    if place.is_notice:
        unknown -= NOTICE_SOMETIMES
    for key in sorted(unknown):
        yield Fault(FaultCode.UNKNOWN_PLACEHOLDER, place.where, key)
    there = values.always | more | place.needs
    text = without(place.text, values.known - values.sometimes - there)
    for key in sorted(open_places(text, there, values.implied) - unknown):
        yield Fault(FaultCode.PLACEHOLDER_WITHOUT_VALUE, place.where, key)


def _always(template: Template) -> frozenset[str]:
    """Return the placeholders that have a value in every draft of a template."""
    first = {"review_first"} if template.review_months else set()
    counterpart = {"counterpart"} if template.counterpart else set()
    spans = {key for key, value in span_values(template).items() if value}
    signers = {signer.role.lower() for signer in template.signers}
    required = {question.key for question in template.questions if question.required}
    return frozenset(ALWAYS | first | counterpart | spans | signers | required
                     | set(template.facts))


def _sometimes(template: Template) -> frozenset[str]:
    """Return the placeholders that some drafts of a template can fill."""
    roles = {role.lower() for role in template.roles}
    answers = {question.key for question in template.questions}
    lines = {f"line.{line.key}" for line in template.lines}
    shared = {f"shared.{code.lower()}" for top in template.ceiling for code in top.categories}
    return frozenset(SOMETIMES | roles | answers | lines | shared)


def _known(pack: Pack) -> frozenset[str]:
    """Return every placeholder that any template can fill."""
    roles = {role.lower() for role in pack.vocabulary.roles}
    keys = frozenset(roles | {f"signs.{role}" for role in roles} | set(pack.questions))
    return keys.union(*(_always(t) | _sometimes(t) for t in pack.templates.values()))
