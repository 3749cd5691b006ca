"""What a passkey signed stands in the coachee's edition, and a stranger checks it with openssl."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select

from portal.agreements.queries import manifests_of
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.evidence.policy.proving import paper_told
from portal.evidence.queries import every_root
from portal.evidence.queries.proving import examine_bytes, read_roots
from portal.factors.actions import Act, Answer, CodeRefused, ask_passkey
from portal.ground.settings import Settings
from portal.issuing import actions as issuing
from portal.issuing.queries import texts_of
from portal.people.models import Person
from portal.plain.passkey import encoded
from portal.plain.sealedpdf import Doubt, Doubtful
from portal.signing.actions import SignValues, sign_waiting, signing, take_seat
from portal.signing.queries import waiting_of
from tests.builders import World, add_engagement, add_practice, opened, read_all, vouch_for
from tests.cast import ANA
from tests.conftest import KEYS
from tests.kit import KIT
from tests.passkey import Phone
from tests.plugins.needs import tool

ORIGIN = "http://localhost:8000"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give an installation at an address that browsers make passkeys for."""
    return Settings(instance_dir=tmp_path, database_url=database_url, base_url=ORIGIN, **KEYS)


def answer(world: World, key: str, act: Act, phone: Phone) -> Answer:
    """Let somebody make a passkey and sign with it, as the page's script does."""
    with world.ground.work(writes=True) as work:
        asked = ask_passkey(work, work.session.get_one(Person, world.ids[key]), act, key,
                            makes=True)
    assert not isinstance(asked, CodeRefused)
    return Answer(phone.answer(asked), key)


def issue(world: World) -> None:
    """Let Ana sign her part with a passkey and send."""
    with world.ground.work(writes=True, actor=world.coach()) as work:
        texts = texts_of(work, issuing.own(work, world.ids["engagement"]))
        act = issuing.issuing([issuing.compose(work, texts, one).record for one in texts.to_send])
    given = answer(world, "ana", act, Phone(1, origin=ORIGIN))
    with world.ground.work(writes=True, actor=world.coach()) as work:
        done = issuing.issue(work, issuing.own(work, world.ids["engagement"]), ANA.name, given)
        assert not isinstance(done, CodeRefused), done
        world.ids["version"] = done[0].id


def sign(world: World) -> None:
    """Let Ben sign with a passkey that he makes by the same act."""
    with world.ground.work(writes=True, actor=world.party()) as work:
        waiting = waiting_of(work, take_seat(work))
        assert waiting is not None
        hashes = [text.facts.hash for text in waiting.signable]
    given = answer(world, "ben", signing(hashes), Phone(2, origin=ORIGIN))
    with world.ground.work(writes=True, actor=world.party()) as work:
        seat = take_seat(work)
        waiting = waiting_of(work, seat)
        assert waiting is not None
        done = sign_waiting(work, seat, waiting, SignValues(hashes, given), timedelta(hours=2))
        assert not isinstance(done, CodeRefused), done


@pytest.fixture
def papers(world: World) -> dict[str, bytes]:
    """Give both editions of an agreement that Ana and Ben have signed with passkeys."""
    add_practice(world, enrolled=False)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    vouch_for(world)
    seal_due(world.ground)
    with world.ground.work(writes=False) as work:
        (world.ground.settings.instance_dir / "root.pem").write_bytes(every_root(work)[0])
        return {row.edition: work.reveal_bytes(row, "file")
                for row in work.session.scalars(select(SealedFile))}


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return {name: one.get_file().read_bytes() for name, one in opened.attachments.items()}


def openssl(folder: Path, signed: dict[str, Any]) -> bool:
    """Check what a passkey signed as "how" says, with nothing of ours."""
    raw = {name: base64.urlsafe_b64decode(signed[name] + "==")
           for name in ("browser_told", "authenticator_told", "signature")}
    spelled = json.dumps(signed["challenge"], separators=(",", ":"), sort_keys=True)
    challenge = sha256(f"ccp/passkey/v1\n{spelled}".encode()).digest()
    told = json.loads(raw["browser_told"])
    asked = base64.urlsafe_b64decode(told["challenge"] + "==")
    (folder / "key.pem").write_text(signed["public_key"])
    (folder / "signature").write_bytes(raw["signature"])
    (folder / "covered").write_bytes(
        raw["authenticator_told"] + sha256(raw["browser_told"]).digest())
    done = subprocess.run(
        [tool("openssl"), "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature",
         "covered"], cwd=folder, capture_output=True, check=False)
    return asked == challenge and done.returncode == 0


@pytest.mark.needs("openssl", "pdfsig")
def test_a_stranger_checks_with_openssl_that_both_signed_these_words(
    world: World, papers: dict[str, bytes], tmp_path: Path
) -> None:
    proof = json.loads(attached(papers["coachee"])["proof.json"])
    version = proof["version"]
    ana, ben = sorted(proof["passkeys"], key=lambda one: str(one["role"]))
    assert [(one["role"], one["challenge"]["act"], one["challenge"]["texts"]) for one in (ana, ben)
            ] == [("COACH", "issue", [version["record_sha256"]]),
                  ("COACHEE", "sign", [version["hash"]])]
    assert openssl(tmp_path, ana)
    assert openssl(tmp_path, ben)
    assert not openssl(tmp_path, {**ben, "public_key": ana["public_key"]})
    assert not openssl(tmp_path, {**ben, "challenge": ana["challenge"]})
    (tmp_path / "coachee.pdf").write_bytes(papers["coachee"])
    text = subprocess.run([tool("pdfsig").with_name("pdftotext"), "coachee.pdf", "-"],
                          cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    words = " ".join(text.split())
    for came in ("the link to the mailbox", "a password"):
        assert f"by {came}, and a passkey (WebAuthn) that signed over this text" in words


def test_z1_the_common_edition_says_nothing_of_passkeys(papers: dict[str, bytes]) -> None:
    told = json.loads(attached(papers["common"])["proof.json"])
    assert "passkeys" not in told
    assert "passkeys" not in told["how"]


def test_the_portal_examines_them_with_nothing_but_file_and_root(
    world: World, papers: dict[str, bytes]
) -> None:
    with world.ground.work(writes=False) as work:
        roots = read_roots(every_root(work))
    told = examine_bytes(papers["coachee"], roots)
    assert told.doubt is None
    assert told.paper is not None
    assert told.paper.passkeys == 2
    assert "Signed by passkey:  2" in told.in_words()
    common = examine_bytes(papers["common"], roots)
    assert "passkey" not in common.in_words()


@pytest.mark.needs("openssl")
def test_the_kit_takes_papers_with_passkeys_for_genuine(
    world: World, papers: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "coachee.pdf").write_bytes(papers["coachee"])
    done = subprocess.run(["python3", "-I", str(KIT), "coachee.pdf", "--root", "root.pem"],
                          cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _other_key(one: dict[str, Any]) -> None:
    from portal.ground.passkeys import public_pem

    one["public_key"] = public_pem(Phone(9).cose)


def _other_text(one: dict[str, Any]) -> None:
    one["challenge"]["texts"] = ["c" * 64]


def _text_put_in(one: dict[str, Any]) -> None:
    one["challenge"]["texts"] = sorted([*one["challenge"]["texts"], "c" * 64])


def _not_verified(one: dict[str, Any]) -> None:
    raw = bytearray(base64.urlsafe_b64decode(one["authenticator_told"] + "=="))
    raw[32] = 0x01
    one["authenticator_told"] = encoded(bytes(raw))


@pytest.mark.parametrize(("change", "doubt"), [
    (_other_key, Doubt.PASSKEY), (_other_text, Doubt.PASSKEY), (_text_put_in, Doubt.PASSKEY),
    (_not_verified, Doubt.PASSKEY), (lambda one: one["challenge"].update(act="read"), Doubt.PROOF),
    (lambda one: one.pop("signature"), Doubt.PROOF),
], ids=["key", "text", "text put in", "nobody verified", "act", "no signature"])
def test_a_proof_that_contradicts_itself_is_doubted(
    papers: dict[str, bytes], change: Callable[[dict[str, Any]], object], doubt: Doubt
) -> None:
    parts = attached(papers["coachee"])
    proof = json.loads(parts["proof.json"])
    change(proof["passkeys"][1])
    with pytest.raises(Doubtful) as no:
        paper_told({**parts, "proof.json": json.dumps(proof).encode()})
    assert no.value.doubt is doubt


def test_keeps_what_was_signed_in_the_manifest_under_the_hash_of_the_record(
    world: World, papers: dict[str, bytes]
) -> None:
    with world.ground.work(writes=False) as work:
        kept = manifests_of(work, world.ids["version"])[world.ids["ben.party"]]
    assert kept["code"] is None
    assert kept["passkey"]["enrolled_now"] is True
    (proof,) = [one for one in json.loads(attached(papers["coachee"])["proof.json"])["passkeys"]
                if one.pop("role") == "COACHEE"]
    assert {name: kept["passkey"][name] for name in proof} == proof
