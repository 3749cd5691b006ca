"""The text of T1: frozen word by word, complete in every combination, true of the product."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.wording.policy import Draft, MissingValue, Rendered, erecord_consent, intent, render
from tests.wording.printing import printed

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).with_name("golden_t1.txt")
OPTIONAL = ("supervision", "hours_log", "reference", "recording")
COMBINATIONS = list(chain.from_iterable(combinations(OPTIONAL, n) for n in range(5)))


def _text(rendered: Rendered, code: str) -> str:
    return next(" ".join(clause.text) for clause in rendered.clauses if clause.code == code)


def test_prints_t1_for_ana_and_ben_word_by_word(ana_and_ben: Draft, tmp_path: Path) -> None:
    now = tmp_path / "t1.txt"
    now.write_text(printed(ana_and_ben), encoding="utf-8")
    same = now.read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8")
    assert same, f"the text has changed; look at it, then copy {now} to {GOLDEN}"


def test_numbers_the_clauses_in_the_order_of_the_template(ana_and_ben: Draft) -> None:
    clauses = render(ana_and_ben).clauses
    assert [clause.number for clause in clauses] == list(range(1, 28))
    assert [clause.code for clause in clauses] == [c.code for c in ana_and_ben.template.clauses]


def test_gives_the_same_text_for_the_same_draft(draft_of: Callable[..., Draft]) -> None:
    assert render(draft_of()) == render(draft_of())


@pytest.mark.parametrize("sponsor", ["", "Carla Stone"])
@pytest.mark.parametrize("left_out", COMBINATIONS)
def test_leaves_no_brace_and_no_empty_sentence_in_any_combination(
        draft_of: Callable[..., Draft], left_out: tuple[str, ...], sponsor: str) -> None:
    text = printed(draft_of(sponsor=sponsor, leave_out=left_out))
    for trace in ("{{", "}}", "  .", " .", " ,", "..", " :", "None"):
        assert trace not in text.replace("\n   ", "\n")


@pytest.mark.parametrize("empty", [
    {"supervisor": ""}, {"reference__use": ""}, {"recording__tool": "", "recording__place": ""},
    {"supervisor": "", "reference__use": "", "recording__tool": "", "recording__place": ""},
])
def test_prints_without_the_answers_that_may_be_empty(
        draft_of: Callable[..., Draft], empty: dict[str, str]) -> None:
    assert "{{" not in printed(draft_of(**empty))


def test_raises_for_every_required_answer_that_is_missing(draft_of: Callable[..., Draft]) -> None:
    draft = draft_of(leave_out=OPTIONAL)
    for question in draft.template.questions:
        if not question.required:
            continue
        with pytest.raises(MissingValue):
            render(replace(draft, answers={**draft.answers, question.key: " "}))


@pytest.mark.parametrize("role", ["COACH", "COACHEE"])
def test_raises_without_the_name_of_a_signer(ana_and_ben: Draft, role: str) -> None:
    names = {key: name for key, name in ana_and_ben.names.items() if key != role}
    with pytest.raises(MissingValue):
        render(replace(ana_and_ben, names=names))


def test_speaks_of_a_sponsor_only_if_there_is_one(draft_of: Callable[..., Draft]) -> None:
    alone, paid = draft_of(), draft_of(sponsor="Carla Stone")
    assert "sponsor" not in printed(alone).lower()
    text = render(paid)
    assert "Carla Stone is the sponsor" in _text(text, "K01")
    assert "does not buy the right" in _text(text, "K05")
    assert "do not belong to the sponsor" in _text(text, "K11")
    assert "The coach tells no one about a no." not in _text(text, "K05")


def test_says_in_the_text_that_an_optional_line_needs_a_yes(ana_and_ben: Draft) -> None:
    table = next(c.text for c in render(ana_and_ben).clauses if c.code == "K03")
    assert len(table) == 5
    for number, line in enumerate(table[1:], start=1):
        assert line.startswith(
            f"Line {number}, optional. It counts only if Ben Adler says yes to it. Ana Berg may ")


def test_says_so_if_nothing_may_be_shared(draft_of: Callable[..., Draft]) -> None:
    closed = render(draft_of(leave_out=OPTIONAL))
    assert _text(closed, "K03").endswith("There is no such line.")
    assert "does not talk about this work with a supervisor" in _text(closed, "K24")


def test_writes_dates_out_in_english(ana_and_ben: Draft) -> None:
    text = _text(render(ana_and_ben), "K16")
    for words in ("until 7 December 2026", "not before 23 November 2026",
                  "ends on 22 November 2027", "every 6 months", "by 23 May 2027",
                  "time zone Europe/Berlin"):
        assert words in text


def test_puts_answers_and_names_in_as_they_are(draft_of: Callable[..., Draft]) -> None:
    draft = draft_of(notes__how="on cards {{coach}} <b>&amp;</b>")
    text = render(replace(draft, names={**draft.names, "COACHEE": "Łukasz  Żółkiewski"}))
    assert "on cards {{coach}} <b>&amp;</b>." in _text(text, "K08")
    assert "Łukasz Żółkiewski is the coachee" in _text(text, "K01")


@pytest.mark.parametrize("code, words", [
    ("K07", "If the law forbids the coach to speak with the coachee about it"),
    ("K10", "Signed agreements and the proof of signing are not coaching records"),
    ("K10", "Each person who signed may keep a copy"),
    ("K10", "The coach's notes. How it comes about: by hand"),
    ("K15", "has to ask the coach in writing"),
    ("K16", "all of them have signed the same text and the coach has vouched"),
    ("K16", "eight digits that the coachee reads out"),
    ("K16", "30 days after the last signature, this text does not come into force"),
    ("K17", "60 days after sharing stopped, this agreement ends"),
    ("K18", "It is enough to tell the coach, in a talk or in writing"),
    ("K20", "The coach records it in the portal with a scan"),
    ("K20", "“paper, recorded by the coach”"), ("K16", "the coach vouches by recording it"),
    ("K20", "for free from"), ("K20", "go back to paper"), ("K20", "if your address changes"),
    ("K21", "typing or drawing your name"), ("K21", "This is called pairing"),
    ("K21", "electronic signature"),
])
def test_says_what_is_true_of_the_product_z25(
        ana_and_ben: Draft, code: str, words: str) -> None:
    assert words in _text(render(ana_and_ben), code)


@pytest.mark.parametrize("words", [
    "one click", "in the portal at any time", "asks in the portal", "saying so in the portal",
    "picking what your signature means", "must destroy it", "total privacy",
])
def test_promises_nothing_that_does_not_exist_yet_z25(ana_and_ben: Draft, words: str) -> None:
    assert words not in printed(ana_and_ben).lower()


def test_gives_each_signer_a_sentence_of_intent_with_the_name_and_the_role(
        ana_and_ben: Draft) -> None:
    assert "I, Ana Berg, agree to these terms as coach." in intent(ana_and_ben, "COACH")
    said = intent(ana_and_ben, "COACHEE")
    assert said.startswith("By choosing “Sign the agreement” I, Ben Adler, agree")
    with pytest.raises(KeyError):
        intent(ana_and_ben, "SPONSOR")


def test_names_the_right_to_paper_next_to_the_signature(ana_and_ben: Draft) -> None:
    said = erecord_consent(ana_and_ben)
    assert "on paper for free" in said
    assert "go back to paper at any time" in said
