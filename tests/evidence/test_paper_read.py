"""What poppler and qpdf read in a paper, as a stranger would."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest

from portal.evidence.paper import page_count, render, unprintable
from portal.evidence.paper.setting import Style, lines
from portal.evidence.policy import CommonFacts, InkMark, PaperFacts, TypedMark
from tests.evidence.sample import (
    ANA,
    CARLA,
    COACHEE_CODE,
    COMMON_CODE,
    ELI,
    HASH,
    HEAD,
    LUKASZ,
    RECORD,
    clause,
    coachee,
    common,
    everything,
    signature,
    sponsored,
    version,
)
from tests.plugins.needs import tool
from tests.strangers import look

pytestmark = pytest.mark.needs("pdfsig", "qpdf")

NAMES = ("Łukasz Żółkiewski", "Nguyễn Thị Ánh", "张伟", "عمر الفاروق", "Adébọ̀wálé Ọ̀ṣun", "김민수")
PRIVATE = ("private mailbox", "first registered", "Not agreed", "a password and a one-time code")


def run(program: Path, *words: str | Path) -> str:
    """Return what a program says; it must succeed."""
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def poppler(program: str) -> Path:
    """Return a program that comes with pdfsig."""
    return tool("pdfsig").with_name(program)


def text(pdf: bytes, tmp_path: Path, order: str = "-layout") -> str:
    """Return what poppler reads, pages parted by form feeds, of a print that is sound."""
    look(pdf, tmp_path)
    file = tmp_path / "sealed.pdf"
    return run(poppler("pdftotext"), order, file, "-")


def pages(pdf: bytes, tmp_path: Path) -> list[str]:
    return text(pdf, tmp_path).split("\f")[:-1]


def three() -> CommonFacts:
    return common(
        signatures=(
            signature(ANA), signature(LUKASZ, "COACHEE", 3),
            signature("Carla Jensen", "SPONSOR", 9, capacity="for Acme Ltd"),
        ),
        clauses=tuple(clause(n, *["These words go on for a while and then on. " * 9] * 3)
                      for n in range(1, 31)),
    )


@pytest.mark.parametrize("facts", [common(), coachee(), three()], ids=["common", "coachee", "long"])
def test_is_sound_to_qpdf(facts: PaperFacts, tmp_path: Path) -> None:
    look(render(facts), tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_prints_names_as_their_owners_write_them(name: str, tmp_path: Path) -> None:
    assert unprintable(name) == set()
    signatures = (signature(name), signature(LUKASZ, "COACHEE"))
    read = text(render(common(signatures=signatures)), tmp_path)
    assert re.sub(r"\s+", " ", read).count(name) >= 3  # parties, signature, caption, feet


def test_embeds_every_font(tmp_path: Path) -> None:
    signatures = tuple(signature(name) for name in (*NAMES, "שרה כהן"))
    look(render(common(signatures=signatures)), tmp_path)
    listed = run(poppler("pdffonts"), tmp_path / "sealed.pdf")
    fonts = [line.split() for line in listed.splitlines()[2:]]
    assert len(fonts) >= 8
    assert all(row[3] == "yes" for row in fonts), listed  # name, type, encoding, embedded


def test_says_who_agreed_to_what_and_until_when(tmp_path: Path) -> None:
    read = text(render(common()), tmp_path)
    for words in (
        "Kovač Coaching", "Coachee confidentiality terms", "Coaching 2027", f"{ANA}, coach",
        f"{LUKASZ}, coachee", "from 15 September 2027 until the end of 14 September 2028",
        "Europe/Berlin", "every 6 months", "28 September 2027", "Template T1, edition 1.0",
        "Global Code of Ethics", "What is said about topic 2 stays here.", "1. Topic 1", "K01",
        "Ana may tell Carla the themes.", "Notes are shown to no one.", "optional", HASH, HEAD,
        COMMON_CODE, "https://portal.example/link", "https://portal.example/root.pem",
    ):
        assert words in read, words


def test_writes_times_in_the_zone_of_the_version_and_in_utc(tmp_path: Path) -> None:
    read = re.sub(r"\s+", " ", text(render(common()), tmp_path))
    assert "Agreed on 14 September 2027, 10:32:07 Europe/Berlin (08:32:07 UTC)" in read
    assert "15 September 2027, 00:40:07 Europe/Berlin (14 September 2027, 22:40:07 UTC)" in read


@pytest.mark.parametrize("facts", [common(), coachee(), three()], ids=["common", "coachee", "long"])
def test_repeats_name_meaning_and_time_at_the_foot_of_every_page(
    facts: PaperFacts, tmp_path: Path
) -> None:
    pdf = render(facts)
    sheets = pages(pdf, tmp_path)
    assert len(sheets) == page_count(pdf) > 1
    for number, sheet in enumerate(sheets, start=1):
        foot = "\n".join(sheet.rstrip().splitlines()[-8:])
        assert f"Page {number} of {len(sheets)}" in foot
        assert facts.short_code in foot
        assert f"{ANA} · agreed · 14 Sep 2027, 10:32 UTC+2" in foot
        assert all(s.printed_name in foot for s in facts.version.signatures)


def test_sets_three_signers_and_thirty_clauses_on_many_pages(tmp_path: Path) -> None:
    sheets = pages(render(three()), tmp_path)
    assert len(sheets) > 10
    assert [n for n in range(1, 31) if f"{n}. Topic {n}" not in "".join(sheets)] == []
    assert "for Acme Ltd" in "".join(sheets)


def test_leaves_no_heading_alone_at_the_end_of_a_page(tmp_path: Path) -> None:
    headings = ("The terms", "What may be shared", "What is not shared", "Signatures",
                "Certificate of completion", "How to check this copy")
    for count in range(1, 12):
        facts = common(clauses=tuple(clause(n) for n in range(1, count + 1)))
        for sheet in pages(render(facts), tmp_path):
            body = [line for line in sheet.splitlines() if line.strip()]
            code = next(at for at, line in enumerate(body) if COMMON_CODE in line and "·" in line)
            assert body[code - 1].strip() not in headings


def test_holds_a_very_long_name_inside_the_page(tmp_path: Path) -> None:
    name = "Wolfe" + "schlegelstein" * 14 + " Hubert Blaine"
    pdf = render(common(signatures=(signature(name), signature(LUKASZ, "COACHEE"))))
    file = tmp_path / "paper.pdf"
    file.write_bytes(pdf)
    boxes = run(poppler("pdftotext"), "-bbox", file, "-")
    rights = [float(x) for x in re.findall(r'xMax="([0-9.]+)"', boxes)]
    assert max(rights) < 595.276 - 50
    assert name.split(maxsplit=1)[0] in re.sub(r"\s+", "", text(pdf, tmp_path))


def test_prints_answers_and_how_people_were_known_for_the_coachee(tmp_path: Path) -> None:
    read = text(render(coachee()), tmp_path)
    answers = read[read.index("Answers to the optional lines"):]
    assert re.search(r"Line 2\s+Agreed\s+Ana may tell Carla the themes", answers)
    assert re.search(r"Line 3\s+Not agreed\s+Ana may tell Dev the dates", answers)
    assert "Reached: by a signed link to a private mailbox (nobody else reads it)" in answers
    assert COACHEE_CODE in read


def test_says_not_recorded_where_there_is_no_record(tmp_path: Path) -> None:
    facts = coachee()
    nothing = tuple(
        replace(known, reached=None, identified=None, vouched=None) for known in facts.assurances
    )
    read = text(render(replace(facts, choices=(), assurances=nothing)), tmp_path)
    for words in ("Reached: not recorded", "Identified: not recorded", "Vouched for: not recorded"):
        assert read.count(words) == 2
    assert re.search(r"Line 2\s+not recorded", read)


def test_keeps_everything_private_out_of_the_common_edition(tmp_path: Path) -> None:
    """Z1: compared in what is read, and in every byte of the file with its streams opened."""
    mine, theirs = render(coachee()), render(common())
    assert all(words in text(mine, tmp_path) for words in PRIVATE)
    assert not [words for words in PRIVATE if words in text(theirs, tmp_path)]
    opened = everything(theirs)
    assert not [words for words in PRIVATE if words.encode() in opened]
    assert COACHEE_CODE.encode() not in opened
    new = set(text(theirs, tmp_path).split()) - set(text(mine, tmp_path).split())
    about = "For everyone who signed. It shows optional lines as they were offered and nobody’s"
    assert new <= {COMMON_CODE, "common", *about.split(), "answer", "to", "them."}


def test_attaches_the_record_byte_for_byte_and_prints_its_hash(tmp_path: Path) -> None:
    pdf = render(coachee())
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        attached = opened.attachments["record.json"]
        assert attached.get_file().read_bytes() == RECORD
        assert attached.get_file().mime_type == "application/json"
        assert attached.obj.AFRelationship == "/Source"
    assert sha256(RECORD).hexdigest() in text(pdf, tmp_path)


def test_names_the_code_point_of_a_letter_that_no_font_has(tmp_path: Path) -> None:
    words = "Smile \U0001f600, turn \u202e, नमस्ते"
    assert unprintable(words) == set("\U0001f600\u202e" + "नमस्ते")
    read = text(render(common(clauses=(clause(1, words),))), tmp_path)
    assert "Smile ‹U+1F600›, turn ‹U+202E›," in read


def test_prints_markup_and_operators_as_the_letters_they_are(tmp_path: Path) -> None:
    words = "<b>bold</b> & (Tj) \\n 100 % <script>alert(1)</script>"
    assert words in text(render(common(clauses=(clause(1, words),))), tmp_path)


def test_turns_arabic_words_and_their_brackets(tmp_path: Path) -> None:
    (line,) = lines("(عمر)", Style("serif", 10, 12, follows_text=True), 300)
    assert line.at_right
    shown = "".join(run.text for run in line.runs)
    assert (shown[0], shown[-1]) == ("(", ")")  # turned and mirrored: the eye sees them right
    assert shown[1:-1] == "\ufeae\ufee4\ufecb"  # end, middle and beginning forms, from the left


def test_prints_the_check_page_where_there_is_one(tmp_path: Path) -> None:
    without = version().practice
    url = "https://portal.example/check"
    assert url not in text(render(common()), tmp_path)
    assert url in text(render(common(practice=replace(without, check_page=url))), tmp_path)


def test_writes_days_and_instants_by_the_clock_of_the_zone(tmp_path: Path) -> None:
    late = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
    facts = common(zone="Asia/Kolkata", signatures=(signature(ANA, signed_at=late),))
    read = re.sub(r"\s+", " ", text(render(facts), tmp_path))
    assert "1 February 2027, 05:00:00 Asia/Kolkata (31 January 2027, 23:30:00 UTC)" in read
    assert "1 Feb 2027, 05:00 UTC+5:30" in read


def test_makes_a_long_typed_signature_smaller_before_it_breaks_it(tmp_path: Path) -> None:
    name = "Maria Magdalena von Hohenstein-Wittgenstein"
    marked = (signature(ANA, mark=TypedMark(name)),)
    assert name in text(render(common(signatures=marked)), tmp_path)


def test_tells_each_act_in_order_with_time_and_zone(tmp_path: Path) -> None:
    theirs, mine = (render(facts) for facts in sponsored())
    order = ["The text was fixed and sent to be signed. 13 September 2027, 10:32:07 Europe/Berlin"
             " (08:32:07 UTC)",
             f"{ANA} signed (agreed).", f"{LUKASZ} signed (agreed).", f"{CARLA} signed (agreed).",
             f"{ELI} signed (acknowledged)."]
    for pdf in (theirs, mine):
        acts = plain(pdf, tmp_path).split("Each act, in order")[1]
        places = [acts.index(words) for words in order]
        assert places == sorted(places)
    for words in (f"A signed link was made for {LUKASZ}.", f"The coach vouched for {LUKASZ}."):
        assert words in plain(mine, tmp_path)
        assert words not in plain(theirs, tmp_path)


def test_says_whose_word_the_times_are_and_what_is_not_recorded(tmp_path: Path) -> None:
    read = plain(render(common(issued_at=None)), tmp_path)
    assert "The text was fixed and sent to be signed. not recorded" in read
    assert "The time of an independent service: not recorded." in read
    assert "carries the time of an independent time stamping service" in plain(
        render(common(stamped=True)), tmp_path)
    marked = (signature(ANA), signature(LUKASZ, "COACHEE", mark=InkMark(date(2027, 9, 10))))
    assert f"The coach recorded the ink signature of {LUKASZ}." in plain(
        render(common(signatures=marked)), tmp_path)


def plain(pdf: bytes, tmp_path: Path) -> str:
    """Return what poppler reads, with each run of white as one space."""
    return re.sub(r"\s+", " ", text(pdf, tmp_path))


@pytest.mark.parametrize("edition", [0, 1], ids=["common", "coachee"])
def test_says_for_whom_and_as_what_each_of_four_people_signed(
    edition: int, tmp_path: Path
) -> None:
    pdf = render(sponsored()[edition])
    read = plain(pdf, tmp_path)
    for words in (f"{ANA}, coach", f"{LUKASZ}, coachee", f"{CARLA}, sponsor, for Acme GmbH",
                  f"{ELI}, assistant", "Acknowledged on", "every 3 months"):
        assert words in read, words
    for sheet in pages(pdf, tmp_path):
        foot = "\n".join(sheet.rstrip().splitlines()[-8:])
        assert f"{CARLA} · agreed · " in foot
        assert f"{ELI} · acknowledged · 14 Sep 2027, 11:32 UTC+2" in foot


def test_says_nothing_of_a_review_where_there_is_none(tmp_path: Path) -> None:
    assert "Looked at again" in text(render(common()), tmp_path)
    assert "Looked at again" not in text(render(common(review_months=0)), tmp_path)


def test_prints_each_rule_of_an_organisation_with_its_hash(tmp_path: Path) -> None:
    for facts in sponsored():
        read = plain(render(facts), tmp_path)
        assert "Rule 1 Code of Conduct, 2025-01" in read
        assert "c0de" * 16 in read
    assert "Rules of the organisation" not in plain(render(common()), tmp_path)


def test_prints_what_else_the_coachee_was_asked_for_the_coachee_alone(tmp_path: Path) -> None:
    theirs, mine = (plain(render(facts), tmp_path) for facts in sponsored())
    for words in ("Yes May Carla Jensen be asked to sign?",
                  "Seen Have you seen the Code of Conduct?",
                  "a mailbox of the employer (an assistant reads it)"):
        assert words in mine
        assert words not in theirs
    assert "What else the coachee was asked" not in plain(render(coachee()), tmp_path)


def test_z26_tells_ink_on_paper_apart_in_both_editions(tmp_path: Path) -> None:
    theirs, mine = (render(facts) for facts in sponsored(inked=True))
    for pdf in (theirs, mine):
        read = plain(pdf, tmp_path)
        assert "Agreed on paper, in ink, on 10 September 2027." in read
        assert "Paper, recorded by the coach on 14 September 2027, 10:52:07 Europe/Berlin" in read
        for sheet in pages(pdf, tmp_path):
            assert f"{LUKASZ} · agreed · in ink 10 Sep 2027, recorded 14 Sep 2027, 10:52" in (
                re.sub(r"\s+", " ", sheet))
    words = ("Level: paper, recorded by the coach", f"Recorded: by {ANA}", "5ca7" * 16,
             "by the coach, who recorded an ink signature")
    assert [said for said in words if said not in plain(mine, tmp_path)] == []
    assert [said for said in words if said in plain(theirs, tmp_path)] == []


def test_z26_says_that_an_earlier_paper_was_signed_before_this_version(tmp_path: Path) -> None:
    marked = (signature(ANA), signature(LUKASZ, "COACHEE", mark=InkMark(date(2026, 1, 7), True)))
    read = plain(render(common(signatures=marked)), tmp_path)
    assert "in ink, on 7 January 2026." in read
    assert "The paper was signed before this version was made." in read


def test_names_who_acts_when_the_portal_and_the_coach_are_gone(tmp_path: Path) -> None:
    own = replace(version().practice, successor="Dora Dorn, dora@berg.example",
                  withdrawal="Kovač Coaching, Torstraße 12, 10119 Berlin")
    read = plain(render(common(practice=own)), tmp_path)
    end = read[read.index("Whom to write to"):]
    assert "To take back a yes Kovač Coaching, Torstraße 12, 10119 Berlin" in end
    assert "Successor Dora Dorn, dora@berg.example" in end
    assert "Successor" not in plain(render(common()), tmp_path)
