"""Papers are sealed with an outside time; while the service gives none they wait, as is said."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import select

from portal.evidence.actions import make_seal
from portal.evidence.jobs import renew_lists, seal_due
from portal.evidence.models import Seal, SealedFile, SealRoot
from portal.ground.authority import LIST_LASTS
from portal.ground.seal import check
from portal.ledger.models import Entry
from portal.notices.actions import claim
from portal.notices.models import Notice
from portal.people.models import Practice
from tests.builders import World, add_practice, conclude
from tests.doors.test_cli import Shell
from tests.pages import Browser
from tests.plugins.needs import tool
from tests.stamping import Service, stamping
from tests.strangers import TOOLS, examine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

pytestmark = pytest.mark.needs("openssl")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with stamping(tmp_path_factory.mktemp("stamps")) as service:
        yield service


@pytest.fixture
def service(running: Service, world: World) -> Service:
    running.mood, running.dripping, running.lists_sent = (lambda good: (200, good)), False, True
    stamped_by(world, running.url)
    return running


def stamped_by(world: World, url: str) -> None:
    world.ground.settings = replace(world.ground.settings, tsa_url=url)


def files(world: World) -> list[bytes]:
    with world.ground.work(writes=False) as work:
        rows = work.session.scalars(select(SealedFile).order_by(SealedFile.edition))
        return [work.reveal_bytes(row, "file") for row in rows]


def root_of(world: World) -> bytes:
    with world.ground.work(writes=False) as work:
        return work.session.scalars(select(Seal.root_pem)).one()


def waiting(world: World) -> list[Notice]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(
            select(Notice).where(Notice.topic == "seal", Notice.settled_at.is_(None))))


def page(world: World, app: Flask, who: str, path: str) -> str:
    world.ids["ben.engagement"] = world.ids["engagement"]
    scope = "coach" if who == "ana" else "party"
    return Browser(app).be(world, who, scope, "factor").get(path).text


@pytest.mark.needs(*TOOLS)
def test_seals_papers_that_prove_themselves_with_an_outside_time(
    world: World, service: Service, tmp_path: Path
) -> None:
    conclude(world)
    seal_due(world.ground)
    made = files(world)
    assert len(made) == 3
    for number, pdf in enumerate(made):
        examine(pdf, root_of(world), tmp_path / str(number), service.root.read_bytes())
    with world.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.sealed"))
        assert {json.loads(body)["facts"]["level"] for body in bodies} == {"B-LT"}


def test_says_in_the_record_what_a_seal_is_without_an_outside_time(world: World) -> None:
    conclude(world)
    seal_due(world.ground)
    with world.ground.work(writes=False) as work:
        bodies = work.session.scalars(select(Entry.body).where(Entry.kind == "paper.sealed"))
        assert {json.loads(body)["facts"]["level"] for body in bodies} == {"B-B"}


@pytest.mark.parametrize("trouble", ["down", "slow", "nonsense"])
def test_waits_for_a_stamp_and_loses_nothing(
    world: World, app: Flask, service: Service, trouble: str
) -> None:
    conclude(world)
    assert len(waiting(world)) == 2  # when all had signed, and when Ben was vouched for
    patience = 0.3 if trouble == "slow" else 30.0
    if trouble == "down":
        stamped_by(world, "http://127.0.0.1:1/")
    service.dripping = trouble == "slow"
    if trouble == "nonsense":
        service.mood = lambda _good: (200, b"<html>The hotel welcomes you</html>")
    assert seal_due(world.ground, patience=patience) == 1  # the second does not wait as well
    assert sorted(n.trouble or "" for n in waiting(world)) == ["", f"stamp_{trouble}"]
    seal_due(world.ground, patience=patience)
    assert files(world) == []
    sheet = page(world, app, "ana", f"/engagements/{world.ids['engagement']}")
    assert "The paper waits for the time stamping service" in sheet
    assert "Your PDF cannot be sealed at the moment." in page(world, app, "ben", "/p/consents")
    assert "waits for its seal" not in page(world, app, "ana", "/today")

    world.clock.move(hours=30 * 24)
    while seal_due(world.ground, patience=patience):
        world.clock.move(seconds=1)
    assert len(waiting(world)) == 2  # after a month, too
    assert "papers wait for their seal" in page(world, app, "ana", "/today")

    stamped_by(world, service.url)
    service.mood, service.dripping = (lambda good: (200, good)), False
    world.clock.move(hours=7)
    seal_due(world.ground)
    assert waiting(world) == []
    assert len(files(world)) == 3
    assert all(check(pdf, root_of(world)).stamped_at for pdf in files(world))
    assert "for their seal" not in page(world, app, "ana", "/today")
    assert "cannot be sealed" not in page(world, app, "ben", "/p/consents")


def test_tells_of_papers_that_wait_where_the_sealing_process_dies_each_time(
    world: World, app: Flask, tmp_path: Path
) -> None:
    """Nothing is written down then but that it was begun."""
    settings = world.ground.settings
    shell = Shell(tmp_path, settings.database_url)
    keys = {"PORTAL_SECRET_KEY": settings.secret_key, "PORTAL_LINK_KEY": settings.link_key,
            "PORTAL_MASTER_KEY": settings.master_key}
    conclude(world)
    assert "ok   papers: none waits" in shell.run("doctor", **keys).output
    assert claim(world.ground, "seal") is not None
    assert "BAD  papers: 1 wait for their seal, the oldest since 2026-11-23" in shell.run(
        "doctor", **keys).output
    assert "waits for its seal" not in page(world, app, "ana", "/today")
    world.clock.move(hours=2)
    assert "One paper waits for its seal" in page(world, app, "ana", "/today")
    seal_due(world.ground)
    assert "waits for its seal" not in page(world, app, "ana", "/today")
    assert "ok   papers: none waits" in shell.run("doctor", **keys).output


def test_seals_nothing_with_a_certificate_that_has_ended(world: World, app: Flask) -> None:
    conclude(world)
    world.clock.move(days=6 * 365)
    seal_due(world.ground)
    assert {one.trouble for one in waiting(world)} == {"seal_ended"}
    assert "The seal of the practice ends on" in page(world, app, "ana", "/today")
    renew(world)
    world.clock.move(hours=1)
    seal_due(world.ground)
    assert waiting(world) == []


def listed(world: World) -> x509.CertificateRevocationList:
    with world.ground.work(writes=False) as work:
        return x509.load_der_x509_crl(work.session.scalars(select(SealRoot.list_der)).one())


def test_makes_the_list_of_a_root_anew_before_it_ends(world: World) -> None:
    add_practice(world)
    first = listed(world)
    assert renew_lists(world.ground) == 0
    world.clock.move(days=31)
    assert renew_lists(world.ground) == 1
    assert renew_lists(world.ground) == 0
    second = listed(world)
    assert second.next_update_utc == world.clock.now() + LIST_LASTS
    numbers = [one.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
               for one in (first, second)]
    assert numbers == [1, 2]


@pytest.mark.needs(*TOOLS)
def test_puts_no_list_into_a_seal_that_has_ended(
    world: World, service: Service, tmp_path: Path
) -> None:
    """Also where nothing ran for half a year."""
    conclude(world)
    world.clock.move(days=180)
    seal_due(world.ground)
    examine(files(world)[0], root_of(world), tmp_path, service.root.read_bytes())


def test_hands_out_root_and_list_by_the_ids_of_practice_and_seal(world: World, app: Flask) -> None:
    add_practice(world)
    with world.ground.work(writes=False) as work:
        seal = work.session.scalars(select(Seal)).one()
    for any_id in (seal.id, seal.practice_id):
        root = Browser(app).get(f"/seal/{any_id}/root.pem").response
        assert root.get_data() == seal.root_pem
        found = Browser(app).get(f"/seal/{any_id}/revocations.crl").response
        assert found.mimetype == "application/pkix-crl"
        assert x509.load_der_x509_crl(found.get_data()) == listed(world)
    assert Browser(app).get(f"/seal/{'0' * 32}/revocations.crl").status == 404
    own = x509.load_pem_x509_certificate(seal.certificate_pem)
    (place,) = own.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert place.full_name is not None
    assert place.full_name[0].value.endswith(f"/seal/{seal.id}/revocations.crl")


def test_is_not_revoked_to_openssl(world: World, tmp_path: Path) -> None:
    add_practice(world)
    with world.ground.work(writes=False) as work:
        seal = work.session.scalars(select(Seal)).one()
    for name, body in (("root", seal.root_pem), ("seal", seal.certificate_pem),
                       ("list", listed(world).public_bytes(serialization.Encoding.PEM))):
        (tmp_path / f"{name}.pem").write_bytes(body)
    said = subprocess.run(
        [tool("openssl"), "verify", "-crl_check", "-CAfile", tmp_path / "root.pem", "-CRLfile",
         tmp_path / "list.pem", "-attime", str(int(world.clock.now().timestamp())),
         tmp_path / "seal.pem"], capture_output=True, text=True, check=False)
    assert said.stdout.strip().endswith("OK"), said.stderr


def renew(world: World) -> None:
    with world.ground.work(writes=True) as work:
        make_seal(work, work.session.scalars(select(Practice)).one())


def test_renews_a_seal_under_its_root_and_keeps_the_one_before(world: World) -> None:
    """Old papers stay checkable: the root is the same, and their own address still hands it out."""
    conclude(world)
    seal_due(world.ground)
    world.clock.move(days=4 * 365)
    renew(world)
    with world.ground.work(writes=False) as work:
        old, new = work.session.scalars(select(Seal).order_by(Seal.made_at))
    assert old.root_pem == new.root_pem
    assert (old.retired_at, new.retired_at) == (world.clock.now(), None)
    assert all(check(pdf, new.root_pem).good for pdf in files(world))


def test_makes_a_new_root_when_the_old_one_would_end_first(world: World) -> None:
    add_practice(world)
    world.clock.move(days=365 * 16)
    renew(world)
    with world.ground.work(writes=False) as work:
        old, new = work.session.scalars(select(Seal).order_by(Seal.made_at))
        assert len(work.session.scalars(select(SealRoot)).all()) == 2
    assert old.root_pem != new.root_pem
    assert new.ends_at - world.clock.now() > timedelta(days=365 * 4)
