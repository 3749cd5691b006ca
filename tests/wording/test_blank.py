"""The blank wording: what a legal department reads before there is an agreement."""

from __future__ import annotations

import pytest

from portal.wording import queries
from portal.wording.policy import blank
from tests.wording.conftest import CODES


def _text(code: str) -> str:
    return "\n".join(part for clause in blank(queries.template(code)).clauses
                     for part in (clause.title, clause.in_short, *clause.text))


@pytest.mark.parametrize("code", CODES)
def test_has_every_clause_and_nothing_open(code: str) -> None:
    one = queries.template(code)
    text = blank(one)
    assert [clause.code for clause in text.clauses] == [clause.code for clause in one.clauses]
    assert [clause.number for clause in text.clauses] == list(range(1, len(one.clauses) + 1))
    for trace in ("{{", "}}", "  ", " .", "..", "[]", "None", " the the "):
        assert trace not in _text(code)


@pytest.mark.parametrize("code", CODES)
def test_begins_its_sentences_with_capitals(code: str) -> None:
    for clause in blank(queries.template(code)).clauses:
        for part in (clause.in_short, *clause.text):
            assert part[0] in "([“" or part[0].isupper() or part[0].isdigit()
            assert ". the " not in part


@pytest.mark.parametrize("words", [
    "The coachee is the person who is coached.",
    "The sponsor signs for the organisation that pays for the coaching or set it up.",
    "The coach, the coachee and the sponsor look at it again every 3 months",
    "It ends on [last day]",
    "[Here stand the lines of what may be shared, as they are agreed.]",
    "hopes to hear: “[the sponsor's own words]”",
    "kept for [length of time]",
    "These rules of [organisation] also apply",
    "You can get a paper copy for free from [contact of the practice].",
])
def test_speaks_of_roles_and_puts_labels_in_brackets(words: str) -> None:
    assert words in _text("T2")


def test_has_no_line() -> None:
    text = _text("T2")
    assert "Line 1" not in text
    assert "the agreed goals" not in text
