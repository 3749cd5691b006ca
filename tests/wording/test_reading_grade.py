"""How hard the texts are to read: Flesch-Kincaid, with syllables estimated from spelling.

The table lines of K03 and K04 are left out: a line is one long sentence by design, and its own
length is bounded in `test_sentences`.
"""

from __future__ import annotations

import re

import pytest

from portal.wording.policy import (
    Controller,
    Rule,
    line_text,
    pages,
    privacy_notice,
    render,
    sentence,
)
from tests.wording.conftest import CODES, RULES, text_of

HARDEST = 9.0


def _syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee", "oe")) and groups > 1
    past = bool(re.search(r"[^aeiouytd]ed$", word)) and groups > 1
    return max(1, groups - silent - past)


def _grade(text: str) -> float:
    """Return the school grade of a text (Kincaid 1975); a web address counts as one word."""
    text = re.sub(r"https?://\S+", "here.", text)
    parts = re.split(r"[.!?:;]+(?:\s|$)", text)
    sentences = [part for part in parts if re.search(r"[A-Za-z]", part)]
    words = re.findall(r"[A-Za-z][A-Za-z’'-]*", text)
    per_sentence = len(words) / max(1, len(sentences))
    per_word = sum(map(_syllables, words)) / max(1, len(words))
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


@pytest.mark.parametrize("text, least, most", [
    ("The cat sat on the mat. The dog ran to the man.", -3, 1),
    ("You may sign on screen. You can stop at any time.", -2, 3),
    (("Notwithstanding any contractual obligation to the contrary, confidentiality undertakings "
     "survive the termination of this agreement irrespective of its underlying cause."), 16, 40),
])
def test_tells_easy_from_hard(text: str, least: float, most: float) -> None:
    assert least <= _grade(text) <= most


@pytest.mark.parametrize("word, count", [
    ("coach", 1), ("coachee", 2), ("table", 2), ("agreed", 2), ("shared", 1), ("privacy", 3),
    ("destroyed", 2), ("note", 1), ("needed", 2),
])
def test_counts_syllables_closely_enough(word: str, count: int) -> None:
    assert _syllables(word) == count


@pytest.mark.parametrize("rules", [(), RULES])
@pytest.mark.parametrize("code", CODES)
def test_keeps_every_clause_below_grade_nine(code: str, rules: tuple[Rule, ...]) -> None:
    draft = text_of(code, rules=rules)
    lines = {line_text(line, draft) for line in draft.lines}
    grades = {
        clause.code: round(_grade(" ".join(part for part in clause.text if part not in lines)), 1)
        for clause in render(draft).clauses
    }
    assert {key: grade for key, grade in grades.items() if grade > HARDEST} == {}
    assert sum(grades.values()) / len(grades) < 6


@pytest.mark.parametrize("code", CODES)
def test_keeps_what_is_in_short_easier_than_the_text(code: str) -> None:
    draft = text_of(code, rules=RULES)
    for role in draft.template.pages:
        for page in pages(draft, role):
            assert _grade(" ".join(page.in_short)) <= HARDEST, page.key
            for ask in (one for one in page.asks if one.kind != "sight"):
                said = " ".join((*ask.in_short, ask.if_no))
                assert _grade(said) <= HARDEST, ask.key
                assert len(ask.question.split()) <= 25, ask.key
    for clause in render(draft).clauses:
        assert len(clause.in_short.split()) <= 22, clause.code


@pytest.mark.parametrize("code", CODES)
def test_keeps_the_privacy_notice_readable(code: str, controller: Controller) -> None:
    draft = text_of(code)
    for role in draft.template.notice:
        for part in privacy_notice(draft, controller, role):
            assert _grade(" ".join(part.text)) <= HARDEST, (role, part.heading)


@pytest.mark.parametrize("code", CODES)
def test_keeps_a_line_short_enough_to_be_read_in_one_breath(code: str) -> None:
    draft = text_of(code)
    for line in draft.lines:
        said = sentence(line, draft.printed, draft.template)
        assert len(said.split()) <= 66, said
