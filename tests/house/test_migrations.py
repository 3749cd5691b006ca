"""Migrations go up and down, equal the models, and leave the guards of evidence standing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from portal import schema
from portal.ground.db import keep_forever
from tests.builders import World, add_engagement, add_practice, issue

pytestmark = pytest.mark.alters_schema


def triggers(engine: Engine) -> set[str]:
    """Return the names of all triggers."""
    question = ("SELECT name FROM sqlite_master WHERE type = 'trigger'"
                if engine.dialect.name == "sqlite" else
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    with engine.connect() as connection:
        return set(connection.execute(text(question)).scalars())


def wanted(dialect: str) -> set[str]:
    """Return the triggers that every table of evidence needs."""
    names = {statement.split()[2] for table in schema.EVIDENCE
             for statement in keep_forever(table)[dialect]}
    return names | {"access_log_keep_update", "access_log_keep_delete"}


def test_equals_the_models(world: World) -> None:
    with world.ground.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.METADATA) == []


def test_goes_down_and_up_again(world: World) -> None:
    engine = world.ground.engine
    schema.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    assert schema.revisions(engine)[0] == schema.revisions(engine)[1]
    assert wanted(engine.dialect.name) <= triggers(engine)


def test_keeps_every_row_on_the_way_down_and_up_again(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    engine = world.ground.engine
    tables = ("agreement", "terms_draft", "party", "agreement_version", "ledger_entry")
    with engine.connect() as connection:
        before = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
    schema.downgrade(engine, "0001")
    schema.upgrade(engine)
    with engine.connect() as connection:
        after = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
        assert connection.scalar(text("SELECT count(*) FROM terms_draft "
                                      "WHERE issued_at IS NOT NULL")) == 1
    assert after == before
    assert before["agreement"] == 1
    assert wanted(engine.dialect.name) <= triggers(engine)


def test_inv_10_guards_every_table_of_evidence(world: World) -> None:
    assert wanted(world.ground.engine.dialect.name) <= triggers(world.ground.engine)


@pytest.mark.parametrize("table", ["signature", "ledger_entry"])
def test_inv_10_stays_guarded_when_a_later_migration_alters_the_table(
    world: World, table: str
) -> None:
    """A batch migration on SQLite rebuilds the table; the recipe of `migrations/env.py` holds."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    engine = world.ground.engine
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table(table, recreate="auto") as batch:
            batch.add_column(sa.Column("later", sa.String(8), nullable=True))
            batch.alter_column("later", type_=sa.String(16))
        names = {statement.split()[2] for statement in keep_forever(table)[engine.dialect.name]}
        present = set(connection.execute(text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if engine.dialect.name == "sqlite" else
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars())
        if not names <= present:
            for statement in keep_forever(table)[engine.dialect.name]:
                connection.execute(text(statement))
    assert wanted(engine.dialect.name) <= triggers(engine)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {table}"))
