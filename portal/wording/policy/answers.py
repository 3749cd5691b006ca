"""What is asked before issuing, what is refused, and how an answer goes into a sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.wording.policy.words import banned_words, diagnoses, is_named, overclaims

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from portal.wording.policy.pack import Question, Template

_ADDRESS = re.compile(r"https?://[^\s/.]+(?:\.[^\s/.]+)+(?:/\S*)?", re.IGNORECASE)


class FaultCode(StrEnum):
    """Say what is wrong with a text."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_URL = "not_a_url"
    NOBODY_NAMED = "nobody_named"
    NEEDS_THE_OTHER = "needs_the_other"
    PLACEHOLDER = "placeholder"
    CONTROL_CHARACTER = "control_character"
    OVERCLAIM = "overclaim"
    BANNED_WORD = "banned_word"
    DIAGNOSIS = "diagnosis"
    UNKNOWN_CHOICE = "unknown_choice"
    NOT_A_HASH = "not_a_hash"
    UNKNOWN_PLACEHOLDER = "unknown_placeholder"
    PLACEHOLDER_WITHOUT_VALUE = "placeholder_without_value"
    BROKEN_PLACEHOLDER = "broken_placeholder"
    CLAUSE_WITHOUT_PAGE = "clause_without_page"
    UNKNOWN_ASK = "unknown_ask"
    LIMITS_MISSING = "limits_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and which words: for the coach who types or the person who writes."""

    code: FaultCode
    where: str
    detail: str = ""


def questions(template: Template, scope: str = "") -> tuple[Question, ...]:
    """Return what is asked for this template, in the order to ask; all of it or one scope."""
    return tuple(q for q in template.questions if scope in ("", q.scope))


def example_answers(template: Template) -> dict[str, str]:
    """Return an answer to every question: its default, or its first example."""
    return {q.key: q.default or q.examples[0] for q in template.questions}


def tidy(answer: str) -> str:
    """Return an answer as it goes into a sentence: NFC, one line, no full stop at its end."""
    return " ".join(unicodedata.normalize("NFC", answer).split()).rstrip(" .;,")


def tidied(answers: Mapping[str, str]) -> dict[str, str]:
    """Return all answers as they go into sentences."""
    return {key: tidy(answer) for key, answer in answers.items()}


def why_not_answer(question: Question, answer: str) -> tuple[Fault, ...]:
    """Return everything that speaks against an answer: its form, its words, its promises."""
    text = tidy(answer)
    if not text:
        return (Fault(FaultCode.EMPTY, question.key),) if question.required else ()
    found = [*why_not_words(question.key, text, question.max_length)]
    if question.kind == "number" and not _is_number(text, question.least, question.most):
        found.append(Fault(FaultCode.NOT_A_NUMBER, question.key,
                           f"{question.least} to {question.most}"))
    if question.kind == "url" and not _ADDRESS.fullmatch(text):
        found.append(Fault(FaultCode.NOT_A_URL, question.key))
    if question.kind == "help":
        found += [Fault(FaultCode.DIAGNOSIS, question.key, word) for word in diagnoses(text)]
    return tuple(found)


def why_not_words(where: str, text: str, longest: int) -> Iterator[Fault]:
    """Yield what keeps words that somebody typed from being printed in a signed text."""
    yield from (Fault(FaultCode.OVERCLAIM, where, words) for words in overclaims(text))
    yield from (Fault(FaultCode.BANNED_WORD, where, word) for word in banned_words(text))
    if len(text) > longest:
        yield Fault(FaultCode.TOO_LONG, where, str(longest))
    if "{{" in text or "}}" in text:
        yield Fault(FaultCode.PLACEHOLDER, where)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in text):
        yield Fault(FaultCode.CONTROL_CHARACTER, where)


def why_not_answers(template: Template, answers: Mapping[str, str],
                    scope: str = "") -> tuple[Fault, ...]:
    """Return everything that speaks against answers taken together: all of them or one scope.

    Adds to `why_not_answer` that names name somebody (INV-19) and that answers which belong
    together are both given. Keys that the template does not ask for are left alone.
    """
    words = template.vocabulary
    found: list[Fault] = []
    for question in questions(template, scope):
        answer = answers.get(question.key, "")
        found += why_not_answer(question, answer)
        if not tidy(answer):
            continue
        if question.role and not is_named(answer, words.roles[question.role].kind):
            found.append(Fault(FaultCode.NOBODY_NAMED, question.key, tidy(answer)))
        if question.together and not tidy(answers.get(question.together, "")):
            found.append(Fault(FaultCode.NEEDS_THE_OTHER, question.key, question.together))
    return tuple(found)


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and least <= int(text) <= most
