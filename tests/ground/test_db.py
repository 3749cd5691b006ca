"""The database is set up so that an acknowledged signature is on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from portal.ground.db import has_wal_reset_fault, make_engine, sqlite_version
from portal.ground.vault import CannotOpen, DataKey
from portal.ground.work import WriteOnRead
from portal.people.models import Person
from tests.builders import World, add_practice

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
