"""One flipped bit, anywhere in a sealed paper: `portal verify` and the kit see each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cryptography import x509

from portal.evidence.queries.proving import examine_bytes
from portal.plain.sealedpdf import Doubt
from tests.evidence.sealed import SealedPapers, seal_papers
from tests.kit import verdict
from tests.plugins.needs import tool

KINDS = ("common B-B", "common B-LT", "coachee B-B", "coachee B-LT")
#: So many bits of each region of each paper.
EACH = 14

pytestmark = pytest.mark.needs("openssl")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> SealedPapers:
    assert tool("openssl")
    return seal_papers(tmp_path_factory.mktemp("stamps"))


def regions(pdf: bytes) -> dict[str, tuple[int, int]]:
    """Return where the parts of a paper begin and end."""
    ranges = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)", pdf)
    assert ranges is not None
    hole, behind = int(ranges[1]), int(ranges[2])
    padding = hole + len(pdf[hole:behind].rstrip(b"0>"))
    attached = [found.start() for found in re.finditer(rb"/Type /EmbeddedFile", pdf)]
    first_table = pdf.index(b"\nxref\n")
    return {
        "header": (0, 16), "drawing": (attached[-1] + 9000, first_table),
        "attachments": (attached[0], attached[-1] + 60),
        "tables": (first_table, pdf.index(b"%%EOF") + 6),
        "seal's revision": (pdf.index(b"%%EOF") + 6, hole), "seal": (hole, padding),
        "padding": (padding, behind), "end": (behind, len(pdf)),
    }


def flips(pdf: bytes) -> Iterator[tuple[str, int, bytes]]:
    """Yield a paper with one bit flipped, evenly spaced over each region."""
    for name, (begin, end) in regions(pdf).items():
        assert begin < end, name
        for number in range(EACH):
            at = begin + (end - begin - 1) * number // (EACH - 1)
            bit = (3 * number + 1) % 8
            yield name, at, pdf[:at] + bytes([pdf[at] ^ 1 << bit]) + pdf[at + 1:]


@pytest.mark.parametrize("kind", KINDS)
def test_sees_every_flipped_bit(sealed: SealedPapers, kind: str) -> None:
    pdf, roots = sealed.papers[kind], x509.load_pem_x509_certificates(sealed.root)
    assert examine_bytes(pdf, roots).verdict == "genuine"
    assert verdict(pdf, sealed.root) == ""
    missed, count = [], 0
    for name, at, changed in flips(pdf):
        count += 1
        if examine_bytes(changed, roots).verdict == "genuine":
            missed.append(f"portal verify: {name}, byte {at}")
        if count % 2 and not verdict(changed, sealed.root):  # programs of others take their time
            missed.append(f"kit: {name}, byte {at}")
    assert missed == []
    assert count * len(KINDS) >= 400


@pytest.mark.parametrize("kind", ["common B-B", "coachee B-LT"])
def test_sees_every_bit_of_what_no_signature_covers(sealed: SealedPapers, kind: str) -> None:
    """The seal's own bytes, every second digit, by the portal; poppler misses most."""
    pdf, roots = sealed.papers[kind], x509.load_pem_x509_certificates(sealed.root)
    begin, end = regions(pdf)["seal"]
    missed = [
        at for number, at in enumerate(range(begin, end + 4, 2))
        if examine_bytes(pdf[:at] + bytes([pdf[at] ^ 1 << number % 3]) + pdf[at + 1:],
                         roots).verdict == "genuine"]
    assert missed == []


def test_sees_every_flipped_bit_behind_the_seal_too(sealed: SealedPapers) -> None:
    """Where a proof was renewed, twice here: the revisions with the time stamps."""
    first, pdf = sealed.papers["coachee B-LT"], sealed.papers["coachee B-LTA"]
    roots = x509.load_pem_x509_certificates(sealed.root)
    found = examine_bytes(pdf, roots)
    assert (found.verdict, found.renewed) == ("genuine", 2)
    assert "check the first file" in verdict(pdf, sealed.root)
    assert verdict(pdf, sealed.root).startswith("CANNOT BE SAID")
    missed = [
        at for number, at in enumerate(range(len(first), len(pdf), 61))
        if examine_bytes(pdf[:at] + bytes([pdf[at] ^ 1 << number % 8]) + pdf[at + 1:],
                         roots).verdict == "genuine"]
    assert missed == []


def test_takes_nothing_but_proof_behind_the_seal(sealed: SealedPapers) -> None:
    """Anyone can have a file stamped, also one to which a page was added."""
    roots = x509.load_pem_x509_certificates(sealed.root)
    pdf = sealed.papers["renewed with a page more"]
    assert examine_bytes(pdf, roots).doubt is Doubt.ADDED
    assert verdict(pdf, sealed.root) != ""


def test_says_where_the_stamp_alone_was_changed(sealed: SealedPapers) -> None:
    """Where a token says by what it was signed: no signature covers that."""
    pdf, roots = sealed.papers["common B-LT"], x509.load_pem_x509_certificates(sealed.root)
    at = pdf.rindex(b"06082A8648CE3D0403020", 0, regions(pdf)["padding"][0]) + 19
    changed = pdf[:at] + b"3" + pdf[at + 1:]
    assert examine_bytes(changed, roots).doubt is Doubt.STAMP
    assert verdict(changed, sealed.root).startswith("NOT GENUINE")
