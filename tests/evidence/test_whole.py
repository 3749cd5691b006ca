"""From a concluded agreement to papers that a stranger can check with free tools alone."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from portal.agreements.models import AgreementVersion
from portal.evidence.jobs import seal_due
from portal.evidence.models import Seal, SealedFile, Twin
from portal.ledger.models import Entry
from portal.receipts.queries import receipt_schema
from tests.builders import World, conclude
from tests.plugins.needs import tool
from tests.web.stage import a_world

pytestmark = pytest.mark.needs("pdfsig", "qpdf", "openssl")


@pytest.fixture
def papers(world: World, tmp_path: Path) -> dict[tuple[str, str], Path]:
    """Give the sealed papers of a concluded agreement as files."""
    conclude(world)
    seal_due(world.ground)
    files = {}
    with world.ground.work(writes=False) as work:
        for row in work.session.scalars(select(SealedFile)):
            files[row.edition, row.occasion] = tmp_path / f"{row.edition}-{row.occasion}.pdf"
            files[row.edition, row.occasion].write_bytes(work.reveal_bytes(row, "file"))
    return files


def run(*words: object) -> str:
    done = subprocess.run([str(w) for w in words], capture_output=True, check=True)
    return done.stdout.decode()


def text_of(file: Path) -> str:
    return " ".join(run(tool("pdfsig").with_name("pdftotext"), file, "-").split())


def test_is_valid_and_whole_for_strangers_tools(papers: dict[tuple[str, str], Path]) -> None:
    assert set(papers) == {("common", "signed"), ("coachee", "signed"), ("coachee", "vouched")}
    for file in papers.values():
        said = run(tool("pdfsig"), file)
        assert "Signature is Valid." in said
        assert "Total document signed" in said
        assert "No syntax or stream encoding errors" in run(tool("qpdf"), "--check", file)


def test_attaches_the_record_under_the_version_hash(
    world: World, papers: dict[tuple[str, str], Path]
) -> None:
    """It is computed here with the standard library alone, from the paper alone."""
    for file in papers.values():
        record = attachment(file, "record.json")
        words = text_of(file)
        nonce = re.search(r"these 16 bytes and the record: ([0-9a-f]{32})", words)
        shown = re.search(r"Version hash ([0-9a-f]{64})", words)
        assert nonce
        assert shown
        made = hashlib.sha256(b"ccp/agreement/v1\n" + bytes.fromhex(nonce[1]) + record)
        assert made.hexdigest() == shown[1]
        assert json.loads(record)["names"]["COACHEE"] == "Ben Adler"
        with world.ground.work(writes=False) as work:
            assert work.session.scalars(select(AgreementVersion.hash)).one() == shown[1]


def attachment(file: Path, name: str) -> bytes:
    return subprocess.run([str(tool("qpdf")), f"--show-attachment={name}", str(file)],
                          capture_output=True, check=True).stdout


def test_z1_attaches_the_receipt_to_the_coachees_edition_alone(
    world: World, papers: dict[tuple[str, str], Path]
) -> None:
    for (edition, _occasion), file in papers.items():
        listed = run(tool("qpdf"), "--list-attachments", file)
        assert ("consent.jsonld" in listed) == (edition == "coachee")
        if edition == "coachee":
            made = attachment(file, "consent.jsonld")
            Draft202012Validator(receipt_schema()).validate(json.loads(made))
            assert hashlib.sha256(made).hexdigest() in text_of(file)
            assert json.loads(made)["ledger_head"] in text_of(file)


def test_writes_the_hash_of_every_byte_into_the_record(
    world: World, papers: dict[tuple[str, str], Path]
) -> None:
    with world.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.sealed"))
        facts = [json.loads(body)["facts"] for body in bodies]
        twins = {hashlib.sha256(work.reveal_bytes(twin, "file")).hexdigest(): twin.sha256
                 for twin in work.session.scalars(select(Twin))}
    recorded = {one["sha256"] for one in facts}
    assert {one["twin"] for one in facts} == {*twins} == {*twins.values()}
    assert {hashlib.sha256(f.read_bytes()).hexdigest() for f in papers.values()} == recorded


def test_z1_keeps_private_facts_out_of_the_common_edition(
    papers: dict[tuple[str, str], Path]
) -> None:
    common, coachees = text_of(papers["common", "signed"]), text_of(papers["coachee", "vouched"])
    for private in ("mailbox", "read aloud", "by video", "posteo.example"):
        assert private not in common.split("Certificate of completion")[1]
    assert "read aloud by video" in coachees
    assert "not recorded" in text_of(papers["coachee", "signed"])


def test_is_vouched_for_by_the_published_root(
    world: World, papers: dict[tuple[str, str], Path], tmp_path: Path
) -> None:
    with world.ground.work(writes=False) as work:
        seal = work.session.scalars(select(Seal)).one()
    (tmp_path / "root.pem").write_bytes(seal.root_pem)
    (tmp_path / "seal.pem").write_bytes(seal.certificate_pem)
    said = run(tool("openssl"), "verify", "-CAfile", tmp_path / "root.pem", tmp_path / "seal.pem")
    assert said.strip().endswith("OK")


def common_text(empty: str, folder: Path, choice: str) -> str:
    """Return what the common edition says in a world where Ben chose this on every line."""
    folder.mkdir()
    with a_world(empty, folder) as (world, _app):
        conclude(world, choice)
        seal_due(world.ground)
        with world.ground.work(writes=False) as work:
            row = work.session.scalars(
                select(SealedFile).where(SealedFile.edition == "common")).one()
            (folder / "common.pdf").write_bytes(work.reveal_bytes(row, "file"))
    said = run(tool("pdfsig").with_name("pdftotext"), "-layout", folder / "common.pdf", "-")
    # What chance alone makes different: hashes, the nonce, ids in addresses, short codes.
    return re.sub(r"[0-9a-f]{32,64}|(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", "#", said)


def test_z1_says_the_same_to_everyone_whatever_the_coachee_chose(
    empty_database: str, tmp_path: Path
) -> None:
    said_yes = common_text(empty_database, tmp_path / "yes", "yes")
    said_no = common_text(empty_database, tmp_path / "no", "no")
    assert said_yes == said_no
    assert "optional" in said_yes
