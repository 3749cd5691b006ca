"""A portal with something in it to lose, a place to restore into, and how two are compared."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from portal import schema
from portal.backup import policy
from portal.backup.making import Taken, take
from portal.backup.policy import About, Manifest
from portal.desk.actions import keep_board
from portal.evidence.models import SealedFile, Twin
from portal.ground import agefile
from portal.ground.agefile import Key, Lock
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.ground.work import Ground, make_ground
from portal.jobs import run_job
from portal.ledger.actions import keep_notes
from portal.web.words import speak
from tests.builders import World, add_engagement, add_practice, conclude, issue, sign_in_ink
from tests.cast import YUL, ZOE
from tests.conftest import KEYS, NOW
from tests.sight import see_all

#: What opens the backups of these tests.
IDENTITY, PUBLIC = agefile.new_key()
LOCK, KEY = Lock(recipients=(PUBLIC,)), Key(identities=(IDENTITY,))


@contextmanager
def quiet(_length: int = 0, _what: str = "") -> Iterator[Any]:
    yield lambda _count: None


def ground_on(url: str, home: Path) -> Ground:
    speak("en", "Europe/Vienna")
    return see_all(make_ground(
        Settings(instance_dir=home, database_url=url, base_url="http://127.0.0.1:8000", **KEYS),
        StandingClock(NOW), keep_notes, keep_board))


def furnish(world: World) -> None:
    """Let there be two practices: texts in force, papers, a scan, a checkpoint, mails that wait."""
    conclude(world)
    run_job(world.ground, "seal")
    add_practice(world, ZOE, "zoe", name="Nord Coaching")
    add_engagement(world, YUL, "yul", coach="zoe")
    issue(world, "zoe")
    sign_in_ink(world, "yul", coach="zoe")
    run_job(world.ground, "checkpoints")


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order that no database decides."""
    with engine.connect() as connection:
        return {table.name: sorted(tuple(row) for row in connection.execute(select(table)))
                for table in schema.METADATA.sorted_tables}


def papers(ground: Ground) -> dict[str, bytes]:
    """Return every sealed file, opened."""
    with ground.work(writes=False) as work:
        return {row.id: work.reveal_bytes(row, "file") for table in (SealedFile, Twin)
                for row in work.session.scalars(select(table))}


def back_up(ground: Ground, to: Path, lock: Lock = LOCK) -> Taken:
    return take(ground, to, lock, bar=quiet)


def forge(
    to: Path, about: About, tables: dict[str, bytes], manifest: Manifest | None,
) -> Path:
    """Write a backup as somebody could who knows the public key and the format."""
    out = io.BytesIO()
    members = [(policy.ABOUT, about.spelled()),
               *((policy.member(name, 1), body) for name, body in tables.items())]
    if manifest is not None:
        members.append((policy.MANIFEST, manifest.spelled()))
    with gzip.GzipFile(fileobj=out, mode="wb") as squeezed, \
            tarfile.open(fileobj=squeezed, mode="w|") as tar:
        for name, body in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    with to.open("wb") as file:
        agefile.lock(iter([out.getvalue()]), file, LOCK)
    return to


def unfold(path: Path) -> tuple[About, dict[str, bytes], Manifest]:
    """Return what is in a backup, read by nothing of the portal but the key."""
    plain = io.BytesIO()
    with path.open("rb") as file:
        agefile.unlock(file, plain, KEY)
    tables: dict[str, bytes] = {}
    plain.seek(0)
    with tarfile.open(fileobj=plain, mode="r:gz") as tar:
        bodies = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    for name, body in bodies.items():
        if part := policy.table_of(name):
            tables[part[0]] = tables.get(part[0], b"") + body
    return (About.read(bodies[policy.ABOUT]), tables, Manifest.read(bodies[policy.MANIFEST]))


def counted(manifest: Manifest, tables: dict[str, bytes]) -> Manifest:
    """Return a manifest that fits other rows: rows and hashes are those of the tables."""
    empty = (0, hashlib.sha256(b"").hexdigest())
    told = {name: (body.count(b"\n"), hashlib.sha256(body).hexdigest())
            for name, body in tables.items()}
    return replace(manifest, tables={name: told.get(name, empty) for name in manifest.tables})
