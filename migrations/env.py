"""How Alembic reaches the database: through the engine that the portal hands over.

Batch operations on SQLite rebuild a table and lose its triggers. A migration that alters a
table of evidence makes them anew with `portal.ground.db.keep_forever`, and a test looks.
"""

from __future__ import annotations

from alembic import context

from portal.schema import METADATA

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True,
                      compare_type=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    # On SQLite the driver leaves transactions to us, and Alembic joins the one we began.
    if connection.in_transaction():
        connection.commit()
