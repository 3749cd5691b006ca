"""Rows come in no order that nobody asked for.

A query without ORDER BY promises none, and yet SQLite gives rows in the order of writing, day after
day; PostgreSQL does too, until it uses the room of a deleted row again. So what leans on it, in the
portal or in a test, works for months and then does not. Here SQLite turns such rows around.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Engine


def turn_around(engine: Engine) -> None:
    """Let an engine on SQLite give the last row first where a query asks for no order."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA reverse_unordered_selects=ON")
