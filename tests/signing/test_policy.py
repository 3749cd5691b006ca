"""Names, drawings and the order of pages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.signing.policy import (
    MOST_POINTS,
    PAD,
    Mark,
    MarkNo,
    Progress,
    chosen_all,
    next_page,
    read_all,
    strokes_from,
    why_not_mark,
)

WAVE = [[[n * 20, 100 + (n * 53) % 90] for n in range(20)]]
PAGES = [{"kind": "read", "key": "who", "line": None},
         {"kind": "read", "key": "limits", "line": None},
         {"kind": "choice", "key": "line-1", "line": 1}]


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


@pytest.mark.parametrize(("progress", "number", "read", "chosen"), [
    (Progress("v"), 1, False, False),
    (Progress("v", read={"who": "read"}), 2, False, False),
    (Progress("v", read={"who": "talk"}), 1, False, False),
    (Progress("v", read={"who": "read", "limits": "read"}), 3, True, False),
    (Progress("v", read={"who": "read", "limits": "read"}, choices={"1": "talk"}), 3, True, False),
    (Progress("v", read={"who": "read", "limits": "read"}, choices={"1": "no"}), None, True, True),
])
def test_knows_the_first_page_that_is_open(
    progress: Progress, number: int | None, read: bool, chosen: bool
) -> None:
    assert (next_page(PAGES, progress), read_all(PAGES, progress),
            chosen_all(PAGES, progress)) == (number, read, chosen)
