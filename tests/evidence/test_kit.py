"""The verification kit, as somebody runs it who has a paper, a root certificate and no portal."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from portal.evidence.paper import render
from portal.evidence.policy import CoacheeFacts, CommonFacts, VersionFacts
from portal.evidence.policy.story import Event, StoryHeads, story_head, withheld
from portal.ground.authority import make_authority
from portal.ground.clock import SystemClock
from portal.ground.seal import Sealer
from tests.evidence.sample import EVENTS, GENESIS, coachee
from tests.kit import KIT
from tests.plugins.needs import tool

MADE = make_authority(SystemClock().now(), "Kovač Coaching")
#: What happens after the two events of the sample.
LATER: tuple[Event, ...] = (*EVENTS, {**EVENTS[1], "kind": "line.withdrawn", "entry": "77" * 32})

pytestmark = pytest.mark.needs("openssl")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give a way to run the kit with nothing of ours on its path."""
    (tmp_path / "root.pem").write_bytes(MADE.root)

    def run(*names: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", str(KIT), *names, "--root", "root.pem"], cwd=tmp_path,
            env={"PATH": f"{tool('openssl').parent}:{os.environ['PATH']}", **more},
            capture_output=True, text=True, check=False)

    return run


def told(events: tuple[Event, ...], genesis: str = GENESIS, days: int = 0) -> VersionFacts:
    facts = coachee().version
    return replace(facts, story=StoryHeads(genesis, story_head(genesis, events)),
                   copied_at=facts.copied_at + timedelta(days=days))


def write(folder: Path, name: str, version: VersionFacts, events: tuple[Event, ...] | None) -> None:
    facts = (CommonFacts(version, "C0DE") if events is None
             else replace(coachee(), version=version, events=events))
    assert isinstance(facts, CommonFacts | CoacheeFacts)
    sealed = Sealer(MADE.seal, MADE.seal_key).seal(render(facts), SystemClock().now())
    (folder / name).write_bytes(sealed)


def test_needs_the_standard_library_alone_and_is_soon_read() -> None:
    code = KIT.read_text(encoding="utf-8")
    assert len(code.splitlines()) <= 250
    named = {name.split(".")[0] for node in ast.walk(ast.parse(code))
             for name in ([one.name for one in node.names] if isinstance(node, ast.Import) else
                          [node.module or ""] if isinstance(node, ast.ImportFrom) else [])}
    assert "json" in named
    assert named <= sys.stdlib_module_names


def test_prints_what_a_paper_tells(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "paper.pdf", told(EVENTS), EVENTS)
    done = run("paper.pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("paper.pdf: GENUINE, unchanged to the last bit\n")
    for words in ("version.issued", EVENTS[0]["entry"], told(EVENTS).version_hash,
                  "coachee, code P3RA-88HV-CJ2N"):
        assert words in done.stdout


@pytest.mark.parametrize(("early", "late", "code", "says"), [
    (EVENTS, LATER, 0, "events after it: 1."),
    (None, LATER, 0, "events after it: 1."),
    (EVENTS, (withheld(EVENTS[0]), *LATER[1:]), 0, "events after it: 1."),
    (EVENTS, EVENTS, 0, "Both tell the same: nothing"),
    (EVENTS, None, 2, "a common edition, which tells no events"),
    (LATER, EVENTS, 1, "THEY DO NOT TELL THE SAME"),
    (EVENTS, LATER[1:], 1, "THEY DO NOT TELL THE SAME"),
    (EVENTS, LATER[::-1], 1, "THEY DO NOT TELL THE SAME"),
    (EVENTS, ({**EVENTS[0], "entry": "66" * 32}, *LATER[1:]), 1, "THEY DO NOT TELL THE SAME"),
], ids=["more", "common first", "another coach", "the same", "common last", "less", "left out",
        "another order", "an entry before was rewritten"])
def test_holds_two_copies_against_each_other(
    run: Run, tmp_path: Path, early: tuple[Event, ...] | None, late: tuple[Event, ...] | None,
    code: int, says: str,
) -> None:
    """The coach runs the server; whoever kept a copy does not need it."""
    write(tmp_path, "early.pdf", told(EVENTS if early is None else early), early)
    write(tmp_path, "late.pdf", told(LATER if late is None else late, days=30), late)
    for names in (("early.pdf", "late.pdf"), ("late.pdf", "early.pdf")):
        done = run(*names)
        assert done.returncode == code, done.stdout + done.stderr
        assert says in done.stdout.splitlines()[-1]


def test_compares_no_papers_of_two_engagements(run: Run, tmp_path: Path) -> None:
    write(tmp_path, "one.pdf", told(EVENTS), EVENTS)
    write(tmp_path, "other.pdf", told(EVENTS, "ab" * 32), EVENTS)
    done = run("one.pdf", "other.pdf")
    assert (done.returncode, "two engagements" in done.stdout) == (1, True)


def test_says_what_it_cannot_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "huge.pdf").touch()
    os.truncate(tmp_path / "huge.pdf", 200 * 1024 * 1024)
    (tmp_path / "text.pdf").write_text("hello")
    for name in ("huge.pdf", "text.pdf", "nowhere.pdf"):
        done = run(name)
        assert done.returncode == 2
        assert done.stdout.startswith(f"{name}: CANNOT BE SAID")
        assert done.stderr == ""


def test_believes_no_root_but_the_one_that_is_given(run: Run, tmp_path: Path) -> None:
    """Also where this machine trusts it: openssl looks there unless it is told not to."""
    write(tmp_path, "paper.pdf", told(EVENTS), EVENTS)
    other = make_authority(SystemClock().now(), "Somebody else").root
    (tmp_path / "root.pem").write_bytes(other)
    own = x509.load_pem_x509_certificate(MADE.root)
    store = tmp_path / "trusted"
    store.mkdir()
    hashed = subprocess.run(
        [tool("openssl"), "x509", "-noout", "-hash"], input=own.public_bytes(Encoding.PEM),
        capture_output=True, check=True).stdout.decode().strip()
    (store / f"{hashed}.0").write_bytes(MADE.root)
    done = run("paper.pdf", SSL_CERT_DIR=str(store))
    assert (done.returncode, "another root certificate" in done.stdout) == (1, True)
