"""The record is append-only, and every break in it shows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from bench.board import queries as sent_by
from portal import schema
from portal.ground.chance import new_id
from portal.ground.clock import SystemClock
from portal.ledger.actions import lock_chain, record
from portal.ledger.jobs import forget_old_access
from portal.ledger.models import Access, Entry
from portal.ledger.policy import Event
from portal.ledger.queries import broken_chains, events_of
from tests.builders import World, add_engagement, add_practice, issue


def test_writes_only_ids_codes_and_hashes(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    with world.ground.work(writes=False) as work:
        bodies = b" ".join(work.session.scalars(select(Entry.body)))
        assert broken_chains(work) == []
    for word in (b"Ana", b"Ben", b"Berg", b"@", b"Adler", b"Fay", b"notebook"):
        assert word not in bodies


@pytest.mark.parametrize("table", [*schema.EVIDENCE, "access_log"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_inv_10_refuses_to_change_evidence(world: World, table: str, verb: str) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    with world.ground.work(writes=False) as work:
        work.note("looked", "at_nothing")
    key = inspect(world.ground.engine).get_pk_constraint(table)["constrained_columns"][0]
    with world.ground.engine.begin() as connection:
        _fill(connection, world, table)
    statement = f"UPDATE {table} SET {key} = {key}" if verb == "UPDATE" else f"DELETE FROM {table}"
    with pytest.raises(DBAPIError, match="append-only"), world.ground.engine.begin() as connection:
        connection.execute(text(statement))


def _fill(connection: Connection, world: World, table: str) -> None:
    """Put one row into a table that the story has left empty, so that there is what to protect."""
    made = schema.METADATA.tables[table]
    if not connection.execute(select(func.count()).select_from(made)).scalar_one():
        connection.execute(made.insert().values({
            column.name: _something(connection, world, column) for column in made.columns
            if not column.nullable}))


def _something(connection: Connection, world: World, column: Column[Any]) -> object:
    for key in column.foreign_keys:
        _fill(connection, world, key.column.table.name)
        return connection.execute(select(key.column).limit(1)).scalar_one()
    if isinstance(column.type, JSON):
        return []
    kind = column.type.python_type
    if column.name == "id" or column.name.endswith("_id"):
        return new_id()
    return {str: "x", bytes: b"x", int: 1, bool: False, date: world.clock.now().date()}.get(
        kind, world.clock.now())


def test_keeps_one_chain_when_many_write_at_once(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    engagement = world.ids["engagement"]

    def append(number: int) -> None:
        with world.ground.work(writes=True) as work:
            record(work, engagement, "test.noted", engagement, facts={"n": number},
                   practice_id=world.ids["ana.practice"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(80)))
    with world.ground.work(writes=False) as work:
        kinds = list(work.session.scalars(
            select(Entry.kind).where(Entry.chain_id == engagement)))
        assert broken_chains(work) == []
    assert kinds.count("test.noted") == 80


def test_forgets_the_access_log_after_ninety_days_and_no_sooner(world: World) -> None:
    add_practice(world)
    clock = SystemClock()
    with world.ground.work(writes=True) as work:
        for days in (1, 89, 91, 400):
            work.session.add(Access(id=new_id(), at=clock.now() - timedelta(days=days),
                                    what="looked", outcome=str(days)))
    forget_old_access(replace(world.ground, clock=clock))
    with world.ground.work(writes=False) as work:
        assert sorted(work.session.scalars(select(Access.outcome))) == ["1", "89"]


def test_reads_the_events_of_a_locked_chain_once_and_knows_what_it_adds(world: World) -> None:
    add_practice(world)
    chain_id = add_engagement(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        before = events_of(work, [chain_id])[chain_id]
        lock_chain(work, chain_id)
        events_of(work, [chain_id])[chain_id].clear()

        def add_and_read() -> list[Event]:
            record(work, chain_id, "party.reminded", world.ids["ben.party"],
                   practice_id=world.ids["ana.practice"])
            return events_of(work, [chain_id])[chain_id]

        assert sent_by(world.ground.engine, add_and_read) == 0
        known = events_of(work, [chain_id])[chain_id]
    with world.ground.work(writes=False) as work:
        assert events_of(work, [chain_id])[chain_id] == known
    assert known[:-1] == before
