"""The practice brings a seal: what is taken, what is not and why, and what stays good."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import pkcs12 as asn1
from sqlalchemy import select

from portal.evidence.jobs import seal_due
from portal.evidence.models import Seal, SealedFile
from portal.evidence.policy.brought import BroughtFacts, BroughtNo, why_not_brought
from portal.ground.pkcs12 import MOST_ROUNDS, NotPkcs12, WrongPassphrase, open_file
from portal.ground.seal import check
from portal.ledger.models import Entry
from tests.brought import NAME, PASSPHRASE, bring
from tests.builders import World, add_colleague, add_practice, conclude
from tests.cast import DORA, HANA
from tests.conftest import NOW
from tests.pages import Browser
from tests.stamping import stamping

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.pages import Page

PATH = "/practice/seal"
GOOD = BroughtFacts("P-256", signs=True, not_before=datetime(2026, 1, 1, tzinfo=UTC),
                    not_after=datetime(2028, 1, 1, tzinfo=UTC), self_signed=False, has_root=True,
                    weak=False)


@pytest.mark.parametrize(("over", "no"), [
    ({}, None), ({"key": "P-384"}, None), ({"key": "RSA 2048"}, None), ({"key": "RSA 4096"}, None),
    ({"key": ""}, BroughtNo.NO_KEY), ({"key": "RSA 1024"}, BroughtNo.KEY_SHORT),
    ({"key": "ed25519"}, BroughtNo.KEY_KIND), ({"key": "secp521r1"}, BroughtNo.KEY_KIND),
    ({"not_after": NOW}, BroughtNo.EXPIRED),
    ({"not_before": NOW + timedelta(seconds=1)}, BroughtNo.NOT_YET),
    ({"not_before": NOW}, None),
    ({"signs": False}, BroughtNo.USAGE), ({"self_signed": True}, BroughtNo.SELF_SIGNED),
    ({"has_root": False}, BroughtNo.CHAIN), ({"weak": True}, BroughtNo.WEAK),
])
def test_z20_takes_what_strangers_programs_accept(
    over: dict[str, Any], no: BroughtNo | None
) -> None:
    assert why_not_brought(replace(GOOD, **over), NOW) is no


@pytest.mark.parametrize(("kind", "said"), [
    ("p256", "P-256"), ("p384", "P-384"), ("p521", "secp521r1"), ("rsa", "RSA 2048"),
    ("rsa1024", "RSA 1024"), ("ed25519", "ed25519"),
])
def test_reads_what_is_in_a_file(kind: str, said: str) -> None:
    made = bring(kind, NOW)
    found = open_file(made.file, PASSPHRASE)
    assert (found.name, found.key, found.signs, found.weak) == (NAME, said, True, False)
    assert (found.certificate, found.above, found.root) == (made.own, made.between, made.root)
    assert "PRIVATE" not in repr(found)


def test_reads_a_file_without_a_passphrase() -> None:
    assert open_file(bring("p256", NOW, passphrase="").file, "").key == "P-256"


@pytest.mark.parametrize("passphrase", ["", "horse", PASSPHRASE + " ", PASSPHRASE + "\0", "\0",
                                        "ž" * 40])
def test_tells_a_wrong_passphrase_from_a_wrong_file(passphrase: str) -> None:
    with pytest.raises(WrongPassphrase):
        open_file(bring("p256", NOW).file, passphrase)


@pytest.mark.parametrize("raw", [
    b"", b"\x30", b"%PDF-1.7", b"-----BEGIN CERTIFICATE-----", bring("p256", NOW).file[:-5],
    bring("p256", NOW).file + b"\0", bytes(1000),
], ids=["nothing", "a letter", "pdf", "pem", "cut", "longer", "zeros"])
def test_knows_what_is_no_such_file(raw: bytes) -> None:
    with pytest.raises(NotPkcs12):
        open_file(raw, PASSPHRASE)


def asking_for(raw: bytes, rounds: int) -> bytes:
    """Return a file of which a part asks to hash its passphrase so often."""
    file = asn1.Pfx.load(raw)
    safe = asn1.AuthenticatedSafe.load(file["auth_safe"]["content"].native)
    locked = next(one for one in safe if one["content_type"].native == "encrypted_data")
    way = locked["content"]["encrypted_content_info"]["content_encryption_algorithm"]
    way["parameters"]["key_derivation_func"]["parameters"]["iteration_count"] = rounds
    file["auth_safe"] = {"content_type": "data", "content": safe.dump(force=True)}
    return bytes(file.dump(force=True))


def test_hashes_no_passphrase_a_billion_times() -> None:
    """How often is read before anything is hashed: this would hold up the server for minutes."""
    raw = bring("p256", NOW).file
    with pytest.raises(WrongPassphrase):  # the file was changed, and it is looked into
        open_file(asking_for(raw, 20_001), PASSPHRASE)
    with pytest.raises(NotPkcs12):
        open_file(asking_for(raw, MOST_ROUNDS + 1), PASSPHRASE)
    with pytest.raises(NotPkcs12):
        open_file(asking_for(raw, 2**31 - 1), PASSPHRASE)


def test_finds_no_way_to_a_root_that_is_not_in_the_file() -> None:
    found = open_file(bring("p256", NOW, with_chain=False).file, PASSPHRASE)
    assert (found.above, found.root, found.self_signed) == (b"", b"", False)
    assert open_file(bring("p256", NOW, self_signed=True).file, PASSPHRASE).self_signed


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give the browser of an owner whose papers are sealed by the portal's own."""
    conclude(world)
    seal_due(world.ground)
    return Browser(app).be(world, "ana", "coach")


def send(browser: Browser, file: bytes, passphrase: str = PASSPHRASE) -> Page:
    return browser.post(PATH, {"file": (io.BytesIO(file), "seal.p12"), "passphrase": passphrase},
                        page=browser.get(PATH))


def seals(world: World) -> list[Seal]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Seal).order_by(Seal.made_at, Seal.brought)))


def papers(world: World) -> list[bytes]:
    with world.ground.work(writes=False) as work:
        return [work.reveal_bytes(row, "file") for row in work.session.scalars(
            select(SealedFile).order_by(SealedFile.sealed_at, SealedFile.id))]


@pytest.mark.parametrize(("how", "words"), [
    ({"days": -1}, "has ended"), ({"begins": 2}, "does not hold yet"),
    ({"signs": False}, "nonRepudiation"), ({"with_chain": False}, "not all in the file"),
    ({"self_signed": True}, "Nobody vouches"), ({"kind": "ed25519"}, "P-256, P-384 or RSA"),
    ({"kind": "rsa1024"}, "shorter than 2048"), ({"passphrase": "other"}, "with this passphrase"),
], ids=lambda value: str(value)[:14])
def test_says_what_to_do_about_a_seal_that_is_not_taken(
    world: World, app: Flask, how: dict[str, Any], words: str
) -> None:
    add_practice(world)
    ana = Browser(app).be(world, "ana", "coach")
    page = send(ana, bring(**{"kind": "p256", "now": NOW, **how}).file)
    assert page.status == 422
    assert words in page.text
    assert "other" not in str(page.soup.find("input", {"name": "passphrase"}))
    assert [seal.brought for seal in seals(world)] == [False]


@pytest.mark.parametrize(("file", "words"), [
    (b"", "Choose the file."), (b"x" * 70_000, "larger than 64 KB"),
    (b"hello", "no file of that kind"),
], ids=["none", "large", "other"])
def test_says_what_is_no_seal_at_all(world: World, app: Flask, file: bytes, words: str) -> None:
    add_practice(world)
    page = send(Browser(app).be(world, "ana", "coach"), file)
    assert (page.status, words in page.text) == (422, True)


def test_seals_with_what_was_brought_and_keeps_what_was_sealed(world: World, ana: Browser) -> None:
    made = bring("rsa", NOW)
    world.clock.move(seconds=1)
    page = send(ana, made.file)
    assert "Taken." in page.text
    assert NAME in page.text
    assert "a trust service: A trust service root" in page.text
    assert "Its root is another one" in page.text
    old, new = seals(world)
    assert (old.retired_at, new.retired_at) == (world.clock.now(), None)
    before = papers(world)
    with world.ground.work(writes=False) as work:
        kinds = work.session.scalars(select(Entry.kind).where(Entry.subject_id == new.id)).all()
        assert work.reveal_bytes(new, "private_key") == made.key
    assert kinds == ["seal.brought"]
    assert made.key not in new.private_key_enc
    assert all(check(pdf, old.root_pem).good for pdf in before)
    for seal, root in ((old, old.root_pem), (new, made.root)):
        assert ana.get(f"/seal/{seal.id}/root.pem").response.get_data() == root
    assert ana.get(f"/seal/{new.id}/revocations.crl").status == 404
    world.clock.move(seconds=1)
    again = ana.post(f"{PATH}/new", {}, page=ana.get(PATH))
    assert "Made." in again.text
    assert [seal.retired_at is None for seal in seals(world)] == [False, False, True]


def test_seals_new_papers_with_a_brought_seal(world: World, app: Flask) -> None:
    """Strangers' programs look at them afterwards, as at all papers of the tests."""
    conclude(world)
    made = bring("p384", NOW)
    world.clock.move(seconds=1)
    send(Browser(app).be(world, "ana", "coach"), made.file)
    seal_due(world.ground)
    found = [check(pdf, made.root) for pdf in papers(world)]
    assert len(found) == 3
    assert all(one.good for one in found)


@pytest.mark.needs("openssl")
def test_says_what_a_stamped_seal_lacks_whose_issuer_publishes_no_list(
    world: World, app: Flask, tmp_path: Path
) -> None:
    conclude(world)
    made = bring("p256", NOW)
    world.clock.move(seconds=1)
    send(Browser(app).be(world, "ana", "coach"), made.file)
    with stamping(tmp_path / "stamps") as service:
        world.ground.settings = replace(world.ground.settings, tsa_url=service.url)
        seal_due(world.ground)
    assert all(check(pdf, made.root).stamped_at for pdf in papers(world))
    with world.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.sealed"))
        assert {json.loads(body)["facts"]["level"] for body in bodies} == {"B-T"}


def test_announces_the_end_of_a_seal_two_months_before(world: World, app: Flask) -> None:
    add_practice(world)
    for who, key, role in ((DORA, "dora", "coach"), (HANA, "hana", "helper")):
        add_colleague(world, who, key, role)
    ana = Browser(app).be(world, "ana", "coach")
    send(ana, bring("p256", NOW, days=90).file)
    words = "The seal of the practice ends on"
    assert words not in ana.get("/today").text
    world.clock.move(days=31)
    ana, dora, hana = (Browser(app).be(world, who, "coach") for who in ("ana", "dora", "hana"))
    assert words in ana.get("/today").text
    assert ana.get("/today").soup.find("a", href=PATH, string="Make a new seal")
    assert words in dora.get("/today").text
    assert "An owner of the practice makes a new one: tell them." in dora.get("/today").text
    assert dora.get("/today").soup.find("a", href=PATH) is None
    assert words not in hana.get("/today").text
    assert "This seal ends on" in ana.get(PATH).text
    ana.post(f"{PATH}/new", {}, page=ana.get(PATH))
    assert words not in ana.get("/today").text
    assert "Papers sealed with it stay valid." in ana.get(PATH).text
