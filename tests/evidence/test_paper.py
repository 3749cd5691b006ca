"""The paper holds the facts, all of them and nothing else, and is the same each time."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zlib
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any, get_args, get_type_hints

import pikepdf
import pytest

from portal.evidence.paper import render
from portal.evidence.paper.pages import HEIGHT, paginate
from portal.evidence.paper.pages import Row as PaperRow
from portal.evidence.paper.setting import Style, lines
from portal.evidence.policy import CoacheeFacts, CommonFacts, DrawnMark, PaperFacts
from tests.evidence.sample import (
    ANA,
    LUKASZ,
    STROKES,
    coachee,
    common,
    everything,
    printed,
    signature,
    version,
)


def _field_names(kind: type) -> list[str]:
    names = []
    for name, hint in get_type_hints(kind).items():
        names.append(name)
        for part in (hint, *get_args(hint)):
            if is_dataclass(part):
                names.extend(_field_names(part))
    return names


@pytest.mark.parametrize("facts", [common(), coachee()], ids=["common", "coachee"])
def test_prints_the_same_bytes_from_the_same_facts(facts: PaperFacts) -> None:
    assert render(facts) == render(replace(facts))


def test_prints_other_bytes_from_other_facts() -> None:
    assert printed(common()) != printed(common(number=2))


def test_ends_in_a_newline_so_that_it_can_be_sealed() -> None:
    assert printed(common()).endswith(b"%%EOF\n")


def test_draws_a_signature_again_as_a_path() -> None:
    drawn = everything(printed(common()))
    typed = everything(printed(common(signatures=(signature(ANA), signature(LUKASZ, "COACHEE")))))
    assert drawn.count(b" c ") > typed.count(b" c ") == 0
    assert b"1.3 w 1 J 1 j" in drawn


def test_draws_every_stroke_within_its_box() -> None:
    huge = DrawnMark(tuple(tuple((x * 40, y * 40) for x, y in stroke) for stroke in STROKES))
    page = everything(printed(common(signatures=(signature(ANA, mark=huge),))))
    path = page[page.index(b"1.3 w 1 J 1 j"):]
    path = path[: path.index(b"\nQ")]
    points = [(float(x), float(y)) for x, y in re.findall(rb"([0-9.]+) ([0-9.]+) [mlc]", path)]
    assert len(points) >= 5
    assert max(x for x, _ in points) - min(x for x, _ in points) <= 220.1
    assert max(y for _, y in points) - min(y for _, y in points) <= 50.1
    assert all(0 < y < HEIGHT for _, y in points)


def test_prints_a_typed_signature_in_the_italic_of_the_serif() -> None:
    with pikepdf.open(io.BytesIO(printed(common()))) as pdf:
        fonts = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.as_dict().values()}
    assert any("SourceSerif4Display-It" in font for font in fonts)


def test_has_no_field_for_a_private_fact_in_the_common_facts() -> None:
    """Z1: a choice, an address or a pairing cannot get in by mistake."""
    private = {field.name for field in fields(CoacheeFacts)} - {f.name for f in fields(CommonFacts)}
    assert private == {"choices", "asked", "assurances", "receipt", "events"}
    names = set(_field_names(CommonFacts))
    assert not names & (private | {"reached", "identified", "vouched", "scan", "answer", "agreed",
                             "email"})


def test_names_no_person_in_the_metadata() -> None:
    with pikepdf.open(io.BytesIO(printed(coachee(locale="en-GB")))) as pdf:
        title = "Coachee confidentiality terms. Sealed copy, coachee’s edition"
        assert str(pdf.docinfo["/Title"]) == title
        assert set(pdf.docinfo.keys()) == {"/Title", "/CreationDate", "/ModDate"}
        assert str(pdf.docinfo["/CreationDate"]) == "D:20270914224500Z"
        assert str(pdf.Root.Lang) == "en-GB"
        xmp = pdf.Root.Metadata.read_bytes().decode()
    assert title in xmp
    assert not [name for name in (ANA, LUKASZ, "Kovač") if name in xmp]


def test_breaks_ideographs_without_a_stop_at_the_start_of_a_line() -> None:
    style = Style("serif", 10, 12)
    for width in range(40, 120):
        for line in lines("会谈（只说必要的内容）。张伟可以随时撤回。", style, width):
            shown = "".join(run.text for run in line.runs)
            assert line.width <= width + 0.1
            assert shown[0] not in "。）"
            assert shown[-1] != "（"


def test_puts_no_row_below_the_end_of_a_page() -> None:
    rows = [PaperRow(30 + at % 7 * 9, before=at % 3 * 10, keep=at % 4 == 0) for at in range(200)]
    rows.append(PaperRow(40))
    laid = paginate(rows, 700)
    assert [row for page in laid for _, row in page] == rows
    assert all(top + row.height <= 700 for page in laid for top, row in page)
    assert all(not page[-1][1].keep for page in laid)


def test_compresses_its_pages() -> None:
    with pikepdf.open(io.BytesIO(printed(common()))) as pdf:
        raw = pdf.pages[0].Contents.read_raw_bytes()
    assert b"Tj" in zlib.decompress(raw)


@pytest.mark.parametrize(
    "over",
    [
        {"signatures": ()},
        {"signatures": (signature(ANA, version_hash="0" * 64),)},
        {"signatures": (signature(ANA, signed_at=datetime(2027, 9, 14)),)},  # noqa: DTZ001
        {"copied_at": datetime(2027, 9, 14)},  # noqa: DTZ001
        {"valid_to": version().effective_from.replace(year=2020)},
    ],
    ids=["nobody signed", "another hash", "naive signing", "naive copy", "ends first"],
)
def test_refuses_facts_that_contradict_each_other(over: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"sealed copy|INV-1|zone|before"):
        version(**over)


def test_refuses_an_answer_to_a_line_that_is_not_optional() -> None:
    facts = coachee()
    with pytest.raises(ValueError, match="optional"):
        replace(facts, choices=(replace(facts.choices[0], number=1),))


def test_refuses_a_drawing_without_a_point() -> None:
    with pytest.raises(ValueError, match="point"):
        DrawnMark(((), ()))


def test_keeps_the_words_of_policy_apart_from_the_pdf_libraries() -> None:
    code = (
        "import sys, portal.evidence.policy, portal.ground.glyphs, portal.ground.authority;"
        "bad = {'reportlab', 'pikepdf', 'pyhanko', 'fontTools', 'flask'} & set(sys.modules);"
        "sys.exit(str(sorted(bad)) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_gives_the_fixed_words_a_place_for_translation() -> None:
    german = printed(common(locale="de"))
    assert german != printed(common())
    assert b"15. September 2027" in everything(german)
