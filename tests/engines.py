"""How SQLite is set where tests use it, in two things unlike the portal's own.

It need not wait for the disk: what a test writes need not outlive the machine. That the portal
waits has a test of its own.

And rows come in no order that nobody asked for. A query without ORDER BY promises none, and yet
SQLite gives rows in the order of writing, day after day; PostgreSQL does too, until it uses the
room of a deleted row again. So what leans on it, in the portal or in a test, works for months and
then does not. Here such rows come the other way around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Engine


def suit_tests(engine: Engine) -> None:
    """Let an engine on SQLite wait for no disk, and give the last row first where a query asks for
    no order; one on PostgreSQL stays as it is."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA reverse_unordered_selects=ON")
