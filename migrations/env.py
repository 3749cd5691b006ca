"""How Alembic reaches the database: through the engine that the portal hands over.

Batch operations on SQLite rebuild a table and lose its triggers. A migration that alters a
table of evidence makes them anew with `portal.ground.db.keep_forever`, and a test looks. While
a table is rebuilt, SQLite must not see its rows as gone: foreign keys are off meanwhile, and
checked before anything is kept.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from portal.schema import METADATA

engine = context.config.attributes["engine"]
on_sqlite = engine.dialect.name == "sqlite"


def foreign_keys(connection: Connection, switch: str) -> None:
    """Switch them on the driver's own connection: inside a transaction SQLite ignores it."""
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={switch}")


with engine.connect() as connection:
    if on_sqlite:
        foreign_keys(connection, "OFF")
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True,
                      compare_type=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
        if on_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
            raise RuntimeError(f"a row of {lost[0]} points nowhere after this migration")
    # On SQLite the driver leaves transactions to us, and Alembic joins the one we began.
    if connection.in_transaction():
        connection.commit()
    if on_sqlite:
        foreign_keys(connection, "ON")
