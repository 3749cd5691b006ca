"""Papers keep the rules of PDF/A-3b, before and after the seal, and are made the same anywhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from portal.evidence.paper import render
from portal.evidence.policy import PaperFacts
from portal.ground.clock import SystemClock
from portal.ground.seal import Sealer, make_authority
from tests import archive
from tests.evidence.sample import ANA, LUKASZ, coachee, common, signature, sponsored
from tests.strangers import TOOLS, examine

NAMES = (ANA, LUKASZ, "Nguyễn Thị Ánh", "张伟", "عمر الفاروق", "김민수", "שרה כהן")
PAPERS = [common(), coachee(), *sponsored(inked=True),
          common(signatures=tuple(signature(name) for name in NAMES))]


@pytest.mark.parametrize("facts", PAPERS, ids=["common", "coachee", "four", "ink", "scripts"])
def test_keeps_the_rules_of_pdf_a_3b(facts: PaperFacts) -> None:
    assert archive.faults(render(facts)) == []


@pytest.mark.needs(*TOOLS)
def test_keeps_them_under_the_seal_and_says_nothing_else_of_itself(tmp_path: Path) -> None:
    now = SystemClock().now()
    made, paper = make_authority(now, "Kovač Coaching"), render(common())
    sealed = Sealer(made.seal, made.seal_key).seal(paper, now)
    examine(sealed, made.root, tmp_path)
    with Pdf.open(io.BytesIO(paper)) as before, Pdf.open(io.BytesIO(sealed)) as after:
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert after.docinfo == before.docinfo
        assert after.pdf_version == "1.7"
        assert "/Version" not in after.Root


def _encrypted(pdf: Pdf) -> None:
    """Nothing: the file is encrypted when it is saved."""


def _unknown_letter(pdf: Pdf) -> None:
    page = pdf.pages[0]
    page.Contents = Stream(pdf, page.Contents.read_bytes().replace(b"(", b"(\\310", 1))


FAULTS: dict[str, Callable[[Pdf], object]] = {
    "6.6.4 pdfaid:part": lambda pdf: pdf.Root.Metadata.write(
        pdf.Root.Metadata.read_bytes().replace(b"part>3", b"part>1")),
    "6.6.3 xmp:ModifyDate": lambda pdf: pdf.docinfo.__setitem__(
        Name.ModDate, String("D:20270915224500Z")),
    "6.2.3 output intent": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "6.2.3 profile": lambda pdf: pdf.Root.OutputIntents[0].__setitem__(
        Name.DestOutputProfile, Stream(pdf, b"no profile" * 9, N=3)),
    "6.2.11.4 not embedded": lambda pdf: next(iter(
        dict(pdf.pages[0].Resources.Font.items()).values())).__delitem__("/FontDescriptor"),
    "6.2.11.5 width": lambda pdf: next(iter(
        dict(pdf.pages[0].Resources.Font.items()).values())).__setitem__(
            Name.Widths, Array([999] * 128)),
    "6.2.11.8 page 1": _unknown_letter,
    "6.2.10 page group": lambda pdf: pdf.pages[0].obj.__setitem__(
        Name.Group, Dictionary(S=Name.Transparency)),
    "6.5.1 action": lambda pdf: pdf.Root.__setitem__(
        Name.OpenAction, pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("1")))),
    "6.8 a file that is not associated": lambda pdf: pdf.Root.__delitem__("/AF"),
    "6.8 a file that says too little": lambda pdf: pdf.Root.AF[0].__delitem__("/AFRelationship"),
    "the record is not attached": lambda pdf: pdf.Root.__delitem__("/Names"),
    "6.1.3 encrypted": _encrypted,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_would_see_each_fault(fault: str) -> None:
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(render(common()))) as pdf:
        FAULTS[fault](pdf)
        secret = pikepdf.Encryption(owner="x", user="") if "encrypted" in fault else False
        pdf.save(out, fix_metadata_version=False, encryption=secret)
    found = archive.faults(out.getvalue())
    assert any(fault in one for one in found), found


def test_would_see_what_stands_behind_the_end() -> None:
    assert "6.1.3 data after the end" in archive.faults(render(common()) + b"\0\0")


@pytest.mark.parametrize("edition", ["common", "coachee"])
def test_prints_the_same_bytes_in_another_process(edition: str) -> None:
    """Whatever the hash seed, the time zone, the language and the folder of the process."""
    code = ("import sys\nfrom hashlib import sha256\nfrom portal.evidence.paper import render\n"
            f"from tests.evidence.sample import {edition} as facts\n"
            "print(sha256(render(facts())).hexdigest())")
    here = sha256(render({"common": common, "coachee": coachee}[edition]())).hexdigest()
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Kolkata", "LC_ALL": "C",
                 "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=elsewhere, check=True,
                          capture_output=True, text=True)
    assert done.stdout.strip() == here
