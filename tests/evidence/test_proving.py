"""`portal verify FILE`: genuine or not, and why, by nothing but the file and a root certificate."""

from __future__ import annotations

import io
import json
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from sqlalchemy import select

from portal.checking import LONG
from portal.evidence.jobs import seal_due
from portal.evidence.models import Seal, SealedFile
from portal.evidence.paper import binding, render
from portal.evidence.queries.proving import LARGEST, examine_bytes, examine_file, read_roots
from portal.ground.authority import make_authority
from portal.ground.clock import SystemClock
from portal.ground.seal import Sealer
from portal.plain.der import NotDer, first, parts
from portal.plain.sealedpdf import Doubt
from tests.builders import World, conclude
from tests.doors.test_cli import Shell
from tests.evidence.sample import COACHEE_CODE, EVENTS, HASH, HEAD, coachee, common
from tests.evidence.sealed import with_a_page
from tests.kit import verdict

MADE = make_authority(SystemClock().now(), "Kovač Coaching")
ROOTS = x509.load_pem_x509_certificates(MADE.root)


def seal(pdf: bytes) -> bytes:
    return Sealer(MADE.seal, MADE.seal_key).seal(pdf, SystemClock().now())


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return seal(render(coachee()))


def test_tells_what_a_genuine_paper_says_and_no_name(pdf: bytes) -> None:
    found = examine_bytes(pdf, ROOTS)
    assert (found.verdict, found.exit_code) == ("genuine", 0)
    assert found.paper is not None
    assert found.paper.short_code == COACHEE_CODE
    assert (found.paper.edition, found.paper.version_hash) == ("coachee", HASH)
    assert (found.paper.ledger_head, found.paper.events) == (HEAD, len(EVENTS))
    words = found.in_words()
    assert words.startswith("GENUINE")
    assert "Ana" not in words + found.as_json()
    assert json.loads(found.as_json())["paper"]["version_hash"] == HASH


def resaved(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out)
    return out.getvalue()


class Reckless(signers.PdfSigner):
    """Sign also what forbids every change."""

    def _enforce_certification_constraints(self, reader: object) -> None:
        pass


def signed_again(pdf: bytes, folder: Path) -> bytes:
    other = make_authority(SystemClock().now(), "Somebody else")
    (folder / "key").write_bytes(other.seal_key)
    (folder / "own").write_bytes(other.seal)
    signer = signers.SimpleSigner.load(str(folder / "key"), str(folder / "own"))
    assert signer is not None
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(field_name="More")
    Reckless(meta, signer=signer).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), output=out)
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del opened.Root["/AcroForm"]
        for page in opened.pages:
            if "/Annots" in page.obj:
                del page.obj["/Annots"]
        del opened.Root["/Perms"]
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


def loosened(pdf: bytes) -> bytes:
    return pdf.replace(b"/P 1\n", b"/P 2\n", 1)


BAD: dict[str, tuple[Callable[[bytes], bytes], Doubt]] = {
    "nothing": (lambda _pdf: b"", Doubt.NOT_PDF),
    "no PDF": (lambda _pdf: b"PK\x03\x04" * 99, Doubt.NOT_PDF),
    "not ours": (lambda _pdf: render(common()), Doubt.NO_SEAL),
    "cut off": (lambda pdf: pdf[:-200], Doubt.CUT),
    "cut before its seal": (lambda pdf: pdf[:5000], Doubt.NO_SEAL),
    "something behind it": (lambda pdf: pdf + b"\n", Doubt.ADDED),
    "a page more": (with_a_page, Doubt.ADDED),
    "saved anew": (resaved, Doubt.CHANGED),
    "encrypted": (encrypted, Doubt.ENCRYPTED),
    "that allows changes": (loosened, Doubt.CHANGED),
}


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("kind", BAD)
def test_says_plainly_what_is_wrong(pdf: bytes, kind: str) -> None:
    change, doubt = BAD[kind]
    bad = change(pdf)
    found = examine_bytes(bad, ROOTS)
    if kind == "saved anew":
        assert found.doubt in (Doubt.ADDED, Doubt.CUT, Doubt.NO_SEAL, Doubt.CHANGED, Doubt.HOLE)
    else:
        assert found.doubt is doubt
    assert found.exit_code == (2 if doubt in (Doubt.NOT_PDF, Doubt.ENCRYPTED) else 1)
    assert found.in_words().startswith(("NOT GENUINE: ", "CANNOT BE SAID: "))
    said = verdict(bad, MADE.root)
    assert said.startswith("CANNOT BE SAID" if found.exit_code == 2 else "NOT GENUINE")


@pytest.mark.needs("openssl")
def test_takes_no_second_signature(pdf: bytes, tmp_path: Path) -> None:
    twice = signed_again(pdf, tmp_path)
    assert examine_bytes(twice, ROOTS).doubt is Doubt.SEVERAL_SEALS
    assert "more than one signature is" in verdict(twice, MADE.root)


@pytest.mark.needs("openssl")
def test_takes_no_seal_under_another_root(pdf: bytes) -> None:
    other = make_authority(SystemClock().now(), "Kovač Coaching").root
    assert examine_bytes(pdf, x509.load_pem_x509_certificates(other)).doubt is Doubt.OTHER_ROOT
    assert examine_bytes(pdf, [*x509.load_pem_x509_certificates(other), *ROOTS]).exit_code == 0
    assert "another root certificate" in verdict(pdf, other)


def test_says_that_without_a_root_nobody_can_tell(pdf: bytes) -> None:
    found = examine_bytes(pdf, [])
    assert (found.doubt, found.exit_code) == (Doubt.NO_ROOT, 2)
    assert "--root" in found.in_words()


@pytest.mark.needs("openssl")
def test_takes_no_record_but_the_one_that_was_signed() -> None:
    """A portal that printed something else than was signed gives itself away."""
    facts = coachee()
    lying = seal(render(replace(facts, version=replace(facts.version, record=b'{"schema":2}'))))
    assert examine_bytes(lying, ROOTS).doubt is Doubt.RECORD
    assert "not the one that was signed" in verdict(lying, MADE.root)


@pytest.mark.needs("openssl")
def test_checks_papers_from_before_there_was_a_proof() -> None:
    with pikepdf.open(io.BytesIO(render(common()))) as opened:
        opened.Root.AF = pikepdf.Array([opened.Root.AF[1]])
        opened.Root.Names.EmbeddedFiles.Names = pikepdf.Array(
            list(opened.Root.Names.EmbeddedFiles.Names)[2:])
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
    old = seal(out.getvalue())
    found = examine_bytes(old, ROOTS)
    assert found.verdict == "genuine"
    assert "An older paper" in found.in_words()
    assert verdict(old, MADE.root) == ""


def test_reads_no_more_of_a_file_than_it_has_to(tmp_path: Path) -> None:
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(200 * 1024 * 1024)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = examine_file(huge, ROOTS)
    assert (found.doubt, found.exit_code, found.sha256) == (Doubt.TOO_LARGE, 2, None)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024
    assert huge.stat().st_size > LARGEST


def test_looks_at_a_file_of_ten_thousand_pages(tmp_path: Path) -> None:
    with pikepdf.new() as long:
        for _number in range(10_000):
            long.add_blank_page(page_size=(100, 100))
        long.save(tmp_path / "long.pdf")
    went = []
    found = examine_file(tmp_path / "long.pdf", ROOTS, went.append)
    assert found.doubt is Doubt.NO_SEAL
    assert sum(went) == (tmp_path / "long.pdf").stat().st_size


@pytest.mark.parametrize("bad", [b"\x30", b"\x30\x80\x00\x00", b"\x30\x81\x05abcde", b"\x30\x05ab",
                                 b"\x1f\x01\x00", b"\x30\x85\x00\x00\x00\x00\x01a",
                                 b"\x30\x82\x00\x81" + bytes(0x81)])
def test_reads_lengths_in_their_shortest_form_alone(bad: bytes) -> None:
    with pytest.raises(NotDer):
        first(bad)


def test_reads_values_one_after_the_other() -> None:
    found = parts(b"\x02\x01\x05\x30\x03\x04\x01a")
    assert [(one.tag, one.body) for one in found] == [(2, b"\x05"), (0x30, b"\x04\x01a")]


def test_knows_the_roots_of_its_own_installation(
    world: World, tmp_path: Path
) -> None:
    settings = world.ground.settings
    shell = Shell(tmp_path, settings.database_url)
    shell.environment |= {"PORTAL_SECRET_KEY": settings.secret_key,
                          "PORTAL_LINK_KEY": settings.link_key,
                          "PORTAL_MASTER_KEY": settings.master_key or ""}
    conclude(world)
    seal_due(world.ground)
    with world.ground.work(writes=False) as work:
        row = work.session.scalars(select(SealedFile)).first()
        assert row is not None
        paper = work.reveal_bytes(row, "file")
        root = work.session.scalars(select(Seal.root_pem)).one()
    file, flipped = tmp_path / "paper.pdf", tmp_path / "flipped.pdf"
    file.write_bytes(paper)
    flipped.write_bytes(paper[:999] + bytes([paper[999] ^ 4]) + paper[1000:])
    (tmp_path / "root.pem").write_bytes(root)
    told = shell.run("verify", str(file))
    assert (told.exit_code, told.output.startswith("GENUINE")) == (0, True), told.output
    told = shell.run("verify", str(file), "--root", str(tmp_path / "root.pem"), "--json")
    assert (told.exit_code, json.loads(told.output)["verdict"]) == (0, "genuine")
    told = shell.run("verify", str(flipped), "--json")
    assert (told.exit_code, json.loads(told.output)["doubt"]) == (1, "changed")
    told = shell.run("verify", str(tmp_path / "nothing.pdf"))
    assert told.exit_code == 2
    told = shell.run("verify", str(file), "--ledger")
    assert (told.exit_code, "say what to verify" in told.output) == (2, True)
    told = shell.run("verify", str(file), "--root", str(file))
    assert told.exit_code == 2


def test_shows_how_far_it_is_apart_from_what_it_answers(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(b"%PDF-1.7\n" + bytes(LONG))
    (tmp_path / "root.pem").write_bytes(MADE.root)
    told = Shell(tmp_path, "").run("verify", str(tmp_path / "long.pdf"), "--json", "--root",
                                   str(tmp_path / "root.pem"))
    assert json.loads(told.stdout)["doubt"] == "no_seal"
    assert "Bytes of the file" in told.stderr


def test_takes_each_root_once() -> None:
    assert len(read_roots([MADE.root, MADE.root + MADE.root])) == 1
    assert binding.PROOF == "proof.json"
