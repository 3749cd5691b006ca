"""What can be printed is known at entry, and is what the vendored fonts hold."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest

from portal.evidence.paper import unprintable
from portal.evidence.paper.coverage import ranges
from portal.ground.glyphs import RANGES, named, why_not_printable


def test_says_what_the_vendored_fonts_hold() -> None:
    """Made anew from the fonts; `python -m portal.evidence.paper.coverage` mends it."""
    assert RANGES.read_text(encoding="ascii") == ranges()


@pytest.mark.parametrize(
    "text",
    [
        "Łukasz Żółkiewski", "Nguyễn Thị Ánh", "张伟", "عمر الفاروق", "علی\u200cرضا", "שרה כהן",
        "김민수", "山田 太郎", "さくら", "Ἀθηνᾶ Παπαδοπούλου", "Дмитрий Щукин", "Ђорђе Љубичић",
        "Adébọ̀wálé Ọ̀ṣun", "Jose\u0301", "O’Brien–Smith", "İpek Ağaoğlu", "Þórður", "№ 5, 50 %, ½ €",
        "", " ",
    ],
)
def test_passes_what_can_be_printed(text: str) -> None:
    assert why_not_printable(text) == ""
    assert unprintable(text) == set()


@pytest.mark.parametrize(
    "text, bad",
    [
        ("Ben \U0001f600", "\U0001f600"),
        ("\u202eevil", "\u202e"),
        ("a\u2066b\u2069", "\u2066\u2069"),
        ("tab\tand\0null", "\t\0"),
        ("two\nlines", "\n"),
        ("\ue000", "\ue000"),
        ("\u0378", "\u0378"),
        ("\ud800", "\ud800"),
        ("soft\u00adhyphen", "\u00ad"),
        ("zero\u200bwidth", "\u200b"),
        ("Ben\u200cAdler", "\u200c"),
        ("\u200cعمر", "\u200c"),
        ("नमस्ते", "नमस्ते"),
        ("ไทย", "ไทย"),
        ("عُمَر", "\u064f\u064e"),
        ("\U0001f600 x \U0001f600", "\U0001f600"),
        ("line\u2028end", "\u2028"),
    ],
)
def test_names_each_character_that_cannot_be_printed_once(text: str, bad: str) -> None:
    assert why_not_printable(text) == "".join(dict.fromkeys(bad))


def test_lets_line_ends_pass_where_several_lines_are_asked_for() -> None:
    assert why_not_printable("one\r\ntwo\nthree", several_lines=True) == ""
    assert why_not_printable("one\rtwo", several_lines=True) == "\r"
    assert why_not_printable("one\r\ntwo") == "\r\n"


def test_names_characters_so_that_a_message_can_show_them() -> None:
    assert named("\U0001f600\u202e\n") == "\U0001f600 (U+1F600), U+202E, U+000A"
    assert named("") == ""


def let_in() -> str:
    """Return every character of the ranges that passes by itself."""
    rows = [row.split("-") for row in RANGES.read_text().splitlines() if row[0] != "#"]
    spans = (range(int(row[0], 16), int(row[-1], 16) + 1) for row in rows)
    return "".join(chr(code) for span in spans for code in span if chr(code) != "\u200c")


def test_holds_nothing_invisible_and_nothing_unassigned() -> None:
    kinds = {unicodedata.category(char) for char in let_in()}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"}


def test_agrees_with_the_paper_on_every_character_that_it_lets_in() -> None:
    every = let_in()
    assert len(every) > 30_000
    assert why_not_printable(every) == ""
    assert unprintable(every) == set()


def test_asks_no_font_library() -> None:
    code = (
        "import sys; from portal.ground.glyphs import why_not_printable; why_not_printable('Żó');"
        "bad = {'reportlab', 'fontTools', 'arabic_reshaper', 'bidi'} & set(sys.modules);"
        "sys.exit(str(sorted(bad)) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
