"""The database is set up so that an acknowledged signature is on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from portal.ground.db import has_wal_reset_fault, make_engine, sqlite_version
from portal.ground.vault import CannotOpen, DataKey
from portal.ground.work import WriteOnRead
from portal.people.models import Person
from tests.builders import World, add_practice
from tests.cast import ANA
from tests.conftest import KEYS

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from portal.ground.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("version", "faulty"), [
    ((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True),
    ((3, 44, 6), False), ((3, 45, 0), True), ((3, 50, 6), True), ((3, 50, 7), False),
    ((3, 51, 2), True), ((3, 51, 3), False), ((3, 53, 4), False),
])
def test_knows_the_libraries_that_may_lose_pages(
    version: tuple[int, int, int], faulty: bool
) -> None:
    assert has_wal_reset_fault(version) is faulty


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give the portal's own engine, which waits for the disk."""
    made = make_engine(database_url)
    yield made
    made.dispose()


def test_synchronises_fully_and_uses_wal_only_where_it_is_safe(engine: Engine) -> None:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            assert connection.execute(text("SHOW synchronous_commit")).scalar() != "off"
            return
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        level = connection.execute(text("PRAGMA synchronous")).scalar()
    faulty = has_wal_reset_fault(sqlite_version())
    assert (journal, level) == (("delete", 3) if faulty else ("wal", 2))


@pytest.mark.postgresql
@pytest.mark.alters_schema
def test_waits_for_the_disk_where_postgresql_is_told_not_to(engine: Engine) -> None:
    name = engine.url.database
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        level = connection.execute(text(
            "SELECT setconfig FROM pg_db_role_setting JOIN pg_database ON setdatabase = oid "
            "WHERE datname = current_database()")).scalar_one()
    assert level == ["synchronous_commit=off"]
    engine.dispose()
    with engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"


@pytest.mark.once
@pytest.mark.parametrize(("version", "journal", "words"), [
    ((3, 51, 2), ("delete", 3), "write-ahead logging is left off: this library may lose pages"),
    ((3, 51, 3), ("wal", 2), "")])
def test_says_why_it_does_without_write_ahead_logging(
    version: tuple[int, int, int], journal: tuple[str, int], words: str, settings: Settings
) -> None:
    """In a program of its own, which believes to have another library."""
    told = subprocess.run(
        [sys.executable, "-c", _AS_IF, str(version), settings.database_url], cwd=ROOT, text=True,
        capture_output=True, check=True, env={**os.environ, **installed(settings)})
    assert f"{journal}" in told.stdout
    assert f"SQLite {'.'.join(map(str, version))}, journal {journal[0]}" in told.stdout
    assert ("left off" in told.stdout) is bool(words), told.stdout
    assert words in told.stdout


#: Believe in a version of the library; say how the database is opened, and what the doctor says.
_AS_IF = """
import ast, sys
from sqlalchemy import text
from portal.ground import db
db.sqlite_version = lambda: ast.literal_eval(sys.argv[1])
with db.make_engine(sys.argv[2]).connect() as connection:
    print(tuple(connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous")))
from portal.doctor import examine
for finding in examine():
    print(finding.what, finding.says)
"""


def installed(settings: Settings) -> dict[str, str]:
    """Return the environment of a test installation."""
    return {"PORTAL_DATABASE_URL": settings.database_url,
            "PORTAL_INSTANCE_DIR": str(settings.instance_dir),
            **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}}


def test_refuses_an_instant_without_a_zone(world: World) -> None:
    add_practice(world)
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the point
    with pytest.raises(Exception, match="zone"), world.ground.work(writes=True) as work:
        work.session.get_one(Person, world.ids["ana"]).erased_at = naive


def test_refuses_to_write_while_reading(world: World) -> None:
    add_practice(world)
    with pytest.raises(WriteOnRead), world.ground.work(writes=False) as work:
        work.session.get_one(Person, world.ids["ana"]).fails = 3


def test_does_not_open_a_value_that_was_moved_to_another_row(world: World) -> None:
    add_practice(world)
    with world.ground.work(writes=False) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        moved = Person(id="0" * 32, key_id=ana.key_id, name_enc=ana.name_enc)
        with pytest.raises(CannotOpen):
            work.reveal(moved, "name")


def test_does_not_open_a_value_of_which_one_bit_was_turned(world: World) -> None:
    add_practice(world)
    with world.ground.work(writes=False) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        assert work.reveal(ana, "name") == ANA.name
        for place in range(len(ana.name_enc)):
            name = bytearray(ana.name_enc)
            name[place] ^= 1
            changed = Person(id=ana.id, key_id=ana.key_id, name_enc=bytes(name))
            with pytest.raises(CannotOpen):
                work.reveal(changed, "name")


def test_forgets_what_a_destroyed_key_covered(world: World) -> None:
    add_practice(world)
    with world.ground.work(writes=False) as work:
        ana = work.session.get_one(Person, world.ids["ana"])
        name_enc, key_id = ana.name_enc, ana.key_id
    with world.ground.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    with world.ground.work(writes=False) as work:
        assert work.session.get(DataKey, key_id) is not None
        gone = Person(id=world.ids["ana"], key_id="f" * 32, name_enc=name_enc)
        with pytest.raises(CannotOpen):
            work.reveal(gone, "name")


def test_rolls_back_what_an_exception_leaves_and_keeps_its_notes(world: World) -> None:
    from sqlalchemy import select

    from portal.ledger.models import Access

    add_practice(world)
    with pytest.raises(RuntimeError), world.ground.work(writes=True) as work:
        work.session.get_one(Person, world.ids["ana"]).fails = 7
        work.note("looked", "refused")
        raise RuntimeError
    with world.ground.work(writes=False) as work:
        assert work.session.get_one(Person, world.ids["ana"]).fails == 0
        assert "refused" in work.session.scalars(select(Access.outcome)).all()
