"""`portal samples` writes what the portal hands out, and tools of others find nothing wrong."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import os
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import pytest
from icalendar import Calendar
from jsonschema import Draft202012Validator

from portal.demo import cast
from tests.plugins.needs import tool
from tests.strangers import TOOLS, examine

ROOT = Path(__file__).parents[2]
PAPERS = {f"papers/{code}-{edition}.pdf" for code in ("T1", "T2", "T3", "T4", "T5")
          for edition in ("common", "coachee")}


def run_samples(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal", "samples", str(folder)], cwd=home, capture_output=True,
        text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PORTAL_INSTANCE_DIR": str(home / "instance")})


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder into which the samples were written, with nothing else left behind."""
    home = tmp_path_factory.mktemp("samples")
    done = run_samples(home / "handed" / "out", home)
    assert done.returncode == 0, done.stderr
    assert "A year at Berg Coaching" in done.stdout
    assert "README.md says what each of them is" in done.stdout
    assert [path.name for path in home.iterdir()] == ["handed"]
    return home / "handed" / "out"


def run(*words: object, cwd: Path | None = None) -> str:
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True,
                          cwd=cwd)
    return done.stdout + done.stderr


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_writes_both_editions_of_every_template(samples: Path) -> None:
    found = names(samples)
    twins = {name.replace(".pdf", ".html") for name in PAPERS}
    assert {name for name in found if name.startswith("papers/")} == PAPERS | twins
    assert {"root.pem", "README.md", "SHA256SUMS", "calendars/coachee-sessions.ics",
            "mails/invitation.eml", "mails/checkpoint.eml", "checkpoints/checkpoint-1.txt",
            "checkpoints/seal.pem", "check_paper.py"} <= found


def test_lists_every_file_with_its_digest(samples: Path) -> None:
    index = (samples / "README.md").read_text(encoding="utf-8")
    for name in names(samples) - {"README.md", "SHA256SUMS"}:
        assert f"]({name})" in index
    listed = [line.split("  ") for line in (samples / "SHA256SUMS").read_text().splitlines()]
    assert {name for _digest, name in listed} == names(samples) - {"README.md", "SHA256SUMS"}
    assert all(digest in index for digest, _name in listed)
    assert "FAILED" not in run("sha256sum", "-c", "SHA256SUMS", cwd=samples)


def test_names_no_person_in_the_names_of_files(samples: Path) -> None:
    people = {part.casefold() for key, who in vars(cast).items()
              if isinstance(who, cast.Character) for part in who.name.split()}
    for name in names(samples):
        assert "@" not in name
        assert not people & set(name.casefold().replace("/", "-").replace(".", "-").split("-"))


@pytest.mark.needs(*TOOLS)
def test_has_papers_in_which_strangers_programs_find_nothing_wrong(
    samples: Path, tmp_path: Path
) -> None:
    for name in PAPERS:
        examine((samples / name).read_bytes(), (samples / "root.pem").read_bytes(), tmp_path)


@pytest.mark.needs("openssl")
def test_has_papers_of_a_year_that_tell_one_story(samples: Path) -> None:
    """As somebody runs it who has just unpacked the folder."""
    first, last = "papers/T1-common.pdf", "papers/T5-coachee.pdf"
    said = run(sys.executable, "-I", "check_paper.py", last, first, "--root", "root.pem",
               cwd=samples)
    assert said.count("GENUINE, unchanged to the last bit") == 2
    assert "Both tell the same up to the earlier one; events after it: " in said
    assert "Signer          Ben Adler (self)" in said


@pytest.mark.needs("pdfsig", "openssl")
def test_has_a_seal_certificate_that_the_root_vouches_for(samples: Path, tmp_path: Path) -> None:
    for name in PAPERS:
        run(tool("pdfsig"), "-dump", samples / name, cwd=tmp_path)
        taken = tmp_path / f"{Path(name).name}.sig0"
        (tmp_path / "seal.pem").write_text(run(
            tool("openssl"), "pkcs7", "-inform", "DER", "-in", taken, "-print_certs"))
        assert run(tool("openssl"), "verify", "-CAfile", samples / "root.pem",
                   tmp_path / "seal.pem").strip().endswith("OK")


def test_has_receipts_that_keep_to_the_schema_beside_them(samples: Path) -> None:
    folder = samples / "receipts"
    schema = json.loads((folder / "consent-receipt.schema.json").read_text("utf-8"))
    receipts = sorted(folder.glob("*.jsonld"))
    assert [file.stem for file in receipts] == ["T1", "T2", "T3", "T4", "T5"]
    for file in receipts:
        Draft202012Validator(schema).validate(json.loads(file.read_text("utf-8")))


def test_has_twins_that_say_which_sealed_file_they_belong_to(samples: Path) -> None:
    for name in PAPERS:
        paper, twin = samples / name, samples / name.replace(".pdf", ".html")
        assert hashlib.sha256(paper.read_bytes()).hexdigest() in twin.read_text("utf-8")


@pytest.mark.needs("pdfsig")
def test_z1_keeps_private_facts_out_of_the_common_editions(samples: Path) -> None:
    def text(name: str) -> str:
        return " ".join(run(tool("pdfsig").with_name("pdftotext"), samples / name, "-").split())

    assert "read aloud by video" in text("papers/T1-coachee.pdf")
    for name in PAPERS:
        if name.endswith("common.pdf"):
            twin = (samples / name.replace(".pdf", ".html")).read_text("utf-8")
            for words in (text(name), twin):
                assert "read aloud by video" not in words, name
                assert cast.BEN.name in words


def test_hands_out_calendars_that_name_nobody(samples: Path) -> None:
    for file in (samples / "calendars").iterdir():
        entries = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        assert entries, file.name
        assert {str(entry["summary"]) for entry in entries} <= {
            "Appointment", "An agreement ends", "Look at an agreement again"}


@pytest.mark.needs("openssl")
def test_has_a_checkpoint_that_openssl_checks(samples: Path, tmp_path: Path) -> None:
    lines = (samples / "checkpoints" / "checkpoint-1.txt").read_bytes().splitlines(keepends=True)
    (tmp_path / "text").write_bytes(b"".join(lines[:5]))
    (tmp_path / "signature").write_bytes(b64decode(lines[-1].split()[-1])[4:])
    (tmp_path / "key.pem").write_text(run(
        tool("openssl"), "x509", "-in", samples / "checkpoints" / "seal.pem", "-pubkey", "-noout"))
    assert run(tool("openssl"), "dgst", "-sha256", "-verify", tmp_path / "key.pem", "-signature",
               tmp_path / "signature", tmp_path / "text").strip() == "Verified OK"


def test_hands_out_mails_as_they_were_sent(samples: Path) -> None:
    for file in (samples / "mails").iterdir():
        mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert str(mail["Subject"]).startswith("Berg Coaching: ")
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_body(("plain",)) is not None


def test_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    done = run_samples(tmp_path, tmp_path)
    assert done.returncode == 1
    assert "is not empty, so nothing was written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_refuses_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert run_samples(tmp_path / "file", tmp_path).returncode == 2
