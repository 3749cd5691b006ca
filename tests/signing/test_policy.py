"""Names, drawings and the order of pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreements.policy import SlotFacts, VersionFacts
from portal.signing.policy import (
    Mark,
    MarkNo,
    Progress,
    Text,
    Waiting,
    choices_of,
    progress_from,
    sights_of,
    strokes_from,
    why_not_mark,
)
from portal.signing.policy.marks import MOST_POINTS, PAD

WAVE = [[[n * 20, 100 + (n * 53) % 90] for n in range(20)]]
PAGES = [
    {"key": "who", "clauses": ["K01"], "asks": []},
    {"key": "limits", "clauses": ["K02"], "asks": []},
    {"key": "asks", "clauses": [], "asks": [
        {"key": "line-1", "kind": "line", "line": 1},
        {"key": "rule-1", "kind": "sight", "line": None}]},
]
ALL = {"who": "read", "limits": "read", "line-1": "yes", "rule-1": "read"}
DAY = datetime(2026, 11, 23, tzinfo=UTC)


def text(
    name: str, pages: list[dict[str, Any]], answers: dict[str, str], words: str = "Some words."
) -> Text:
    slot = SlotFacts(f"slot of {name}", "ben", "COACHEE", True, True)
    facts = VersionFacts(name, f"agreement of {name}", 1, f"hash of {name}", DAY, DAY, DAY, DAY,
                         [slot])
    clauses = [{"code": code, "title": f"Title {code}", "text": [words]}
               for code in ("K01", "K02")]
    return Text(facts, slot, "en", {"pages": pages, "clauses": clauses}, answers)


def sitting(*texts: Text) -> Waiting:
    return Waiting(texts, Progress({one.id: one.answers for one in texts}))


@pytest.mark.parametrize(("mark", "name", "strokes", "expected"), [
    (Mark.TYPE, "Ben Adler", [], None),
    (Mark.TYPE, "  ", [], MarkNo.NAME_MISSING),
    (Mark.DRAW, "Ben Adler", WAVE, None),
    (Mark.DRAW, "", WAVE, MarkNo.NAME_MISSING),
    (Mark.DRAW, "Ben Adler", [], MarkNo.DRAWING_MISSING),
    (Mark.DRAW, "Ben Adler", [[[5, 5]] * 3], MarkNo.DRAWING_MISSING),
    (Mark.DRAW, "Ben Adler", [[[n * 20, 100] for n in range(20)]], MarkNo.DRAWING_FLAT),
    (Mark.DRAW, "Ben Adler", [[[500, 200]] * 20], MarkNo.DRAWING_FLAT),
])
def test_tells_a_signature_from_a_dot_and_a_line(
    mark: Mark, name: str, strokes: list[list[list[int]]], expected: MarkNo | None
) -> None:
    assert why_not_mark(mark, name, strokes) is expected


@pytest.mark.parametrize("bad", [
    "", "null", "{", "[1]", "[[1]]", '[[["a", 1]]]', "[[[1,2,3]]]", "[[[1e999, 1]]]", "true",
    json.dumps([[[1, 1]] * (MOST_POINTS + 1)]), "[" * 100_000,
])
def test_takes_nothing_from_a_malformed_drawing(bad: str) -> None:
    assert strokes_from(bad) == ()


@given(st.lists(st.lists(st.tuples(st.integers(), st.integers()), max_size=9), max_size=9))
def test_keeps_every_point_inside_the_pad(strokes: list[list[tuple[int, int]]]) -> None:
    for stroke in strokes_from(json.dumps(strokes)):
        assert all(0 <= x <= PAD[0] and 0 <= y <= PAD[1] for x, y in stroke)


@pytest.mark.parametrize(("answers", "number", "read", "chosen"), [
    ({}, 1, False, False),
    ({"who": "read"}, 2, False, False),
    ({"who": "talk"}, 1, False, False),
    ({"who": "read", "limits": "read"}, 3, False, False),
    ({"who": "read", "limits": "read", "rule-1": "read"}, 3, True, False),
    ({"who": "read", "limits": "read", "rule-1": "read", "line-1": "talk"}, 3, True, False),
    ({"who": "read", "limits": "read", "rule-1": "read", "line-1": "no"}, None, True, True),
])
def test_knows_the_first_page_that_is_open(
    answers: dict[str, str], number: int | None, read: bool, chosen: bool
) -> None:
    waiting = sitting(text("a", PAGES, answers))
    assert (waiting.next_number, waiting.texts[0].is_read, waiting.texts[0].is_chosen) == (
        number, read, chosen)


def test_counts_the_pages_of_all_texts_in_one_row() -> None:
    waiting = sitting(text("a", PAGES, {"who": "read"}), text("b", PAGES, {"who": "read"}))
    assert [(s.number, s.text.id, s.page["key"]) for s in waiting.screens] == [
        (1, "a", "who"), (2, "a", "limits"), (3, "a", "asks"),
        (4, "b", "who"), (5, "b", "limits"), (6, "b", "asks")]
    assert waiting.next_number == 2
    assert waiting.open_in(waiting.texts[1]) == 5
    assert waiting.answered == 2


def test_finds_a_page_by_its_place_when_numbers_have_shifted() -> None:
    waiting = sitting(text("b", PAGES, {}))
    before = waiting.screen(5, "b/limits")
    assert before is not None
    assert before.number == 2
    assert waiting.screen(1, "a/who") is None
    assert waiting.screen(4) is None


def test_z6_reads_and_signs_no_further_after_a_no_to_the_person() -> None:
    asked = [{**PAGES[0], "asks": [{"key": "person", "kind": "person", "line": None}]}, PAGES[1]]
    waiting = sitting(text("a", PAGES, ALL), text("b", asked, {"person": "no"}))
    assert waiting.next_number is None
    assert [one.id for one in waiting.signable] == ["a"]
    assert [one.id for one in waiting.refused] == ["b"]
    assert waiting.is_one
    assert waiting.picked(["hash of a", "hash of b"]) == waiting.signable
    assert not waiting.texts[1].is_chosen


def test_z24_knows_a_clause_by_its_words_once_its_page_was_read() -> None:
    def known(*texts: Text) -> list[list[bool]]:
        return [[seen for _clause, seen in screen.clauses]
                for screen in sitting(*texts).screens if screen.text.id == "b"]

    assert known(text("a", PAGES, {}), text("b", PAGES, {})) == [[False], [False], []]
    assert known(text("a", PAGES, {"who": "read"}), text("b", PAGES, {})) == [
        [True], [False], []]
    other = text("b", PAGES, {}, words="Other words.")
    assert known(text("a", PAGES, ALL), other) == [[False], [False], []]
    signed = frozenset({("Title K01", "Some words.")})
    screens = Waiting([text("b", PAGES, {})], Progress(), signed).screens
    assert [seen for _clause, seen in screens[0].clauses] == [True]


def test_z24_counts_the_minutes_of_the_same_words_once() -> None:
    long = text("a", PAGES, {}, words="word " * 600)
    assert sitting(long).minutes == sitting(long, text("b", PAGES, {}, words="word " * 600)).minutes


def test_reads_what_a_portal_kept_that_knew_one_text_a_sitting() -> None:
    kept = {"version_id": "a", "read": {"who": "read"}, "choices": {"1": "no"}, "name": "Ben",
            "mark": "type", "strokes": [], "erecord": True}
    progress = progress_from(kept)
    assert progress == Progress({"a": {"who": "read", "line-1": "no"}}, name="Ben", strokes=[],
                                erecord=True)
    assert progress_from(progress.as_values()).as_values() == progress.as_values()


def test_leaves_answers_but_no_ticks_for_what_was_not_signed() -> None:
    progress = Progress({"a": ALL, "b": {"who": "read"}}, ticks={"a": True}, name="Ben",
                        erecord=True)
    assert progress.signed(["a"]) == Progress({"b": {"who": "read"}}, name="Ben")


def test_records_lines_by_number_and_rules_by_key() -> None:
    given = {**ALL, "line-1": "no"}
    assert choices_of(PAGES, given) == {"1": "no"}
    assert sights_of(PAGES, given) == ["rule-1"]
    assert sights_of(PAGES, {**given, "rule-1": "talk"}) == []
