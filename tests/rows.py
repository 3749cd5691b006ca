"""All rows of a database at once: kept, put back, and deleted.

This goes past the triggers that guard evidence and past the policies of practices. Only who owns
SQLite's file, or made the server of PostgreSQL, can do that.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from portal import schema
from portal.ground.db import sqlite_module
from tests.sight import above_policies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

#: So often (four times a second) SQLite is asked again while somebody else is in the middle of
#: something; by itself it would go on asking for ever.
_PATIENCE = 40
#: Deleted rows of PostgreSQL are cleared away after every so many times.
_CLEARED = 50
_DONE = 101  # SQLITE_DONE
_TIMES = count(1)


def keep(engine: Engine) -> Any:
    """Return all that is in a database, in the form that `put_back` takes: another one in memory,
    or the texts of PostgreSQL's COPY by their tables."""
    if engine.dialect.name == "sqlite":
        kept = sqlite_module().connect(":memory:", check_same_thread=False)
        with _bare(engine) as own:
            own.backup(kept, progress=_patience())
        return kept
    rows: dict[str, bytes] = {}
    with above_policies(engine) as raw:
        cursor: Any = raw.cursor()
        for name in schema.METADATA.tables:
            with cursor.copy(f"COPY {name} TO STDOUT") as copy:
                held = io.BytesIO()
                for part in copy:
                    held.write(part)
            if held.getvalue():
                rows[name] = held.getvalue()
    return rows


def put_back(engine: Engine, kept: Any) -> None:
    """Let a database hold what was kept of it or of one like it, and nothing else. Raises
    `TimeoutError` where somebody else stays in the middle of something in SQLite's file."""
    if engine.dialect.name == "sqlite":
        with _bare(engine) as own:
            own.execute("PRAGMA query_only=OFF")
            kept.backup(own, progress=_patience())
        return
    with above_policies(engine) as raw:
        cursor: Any = raw.cursor()
        cursor.execute("SET LOCAL session_replication_role = replica")
        # To TRUNCATE takes twenty times as long: it makes each table and each index anew.
        cursor.execute("; ".join(f"DELETE FROM {name}" for name in schema.METADATA.tables))
        for name, rows in kept.items():
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(rows)
        raw.commit()
        if next(_TIMES) % _CLEARED == 0:
            raw.autocommit = True  # type: ignore[attr-defined]
            cursor.execute("VACUUM")


def _patience() -> Callable[[int, int, int], None]:
    left = count(_PATIENCE, -1)

    def tell(status: int, _left: int, _all: int) -> None:
        # What SQLite says is DONE, or a reason why it goes no further.
        if status != _DONE and not next(left):
            raise TimeoutError("somebody else holds the database")

    return tell


def empty(engine: Engine) -> None:
    """Delete every row of a database of PostgreSQL."""
    put_back(engine, {})


@contextmanager
def _bare(engine: Engine) -> Iterator[Any]:
    """Give the driver's own connection, for what SQLite does to a file as a whole."""
    raw = engine.raw_connection()
    try:
        yield raw.driver_connection
    finally:
        raw.close()
