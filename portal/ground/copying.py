"""A database as it stood at one moment, while others go on writing: read, and never copied as a
file."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from portal.ground.db import sqlite_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import Connection


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite database; None for any other."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name).absolute()


@contextmanager
def standing_still(engine: Engine) -> Iterator[Engine]:
    """Give an engine each of whose transactions sees one moment, and every commit before it.

    SQLite: a copy through the library's own backup, beside the database, that loses its name as
    soon as it is made. PostgreSQL: repeatable read, which is a snapshot there.
    """
    path = file_of(engine)
    if path is None:
        yield engine.execution_options(isolation_level="REPEATABLE READ")
        return
    handle, name = tempfile.mkstemp(prefix=".portal-copy-", dir=path.parent)
    os.close(handle)
    try:
        raw = copy_file(engine, Path(name))
    finally:
        Path(name).unlink()
    try:
        yield _reading(raw)
    finally:
        raw.close()


def keep_copy(engine: Engine, word: str) -> str | None:
    """Keep a SQLite database as it is now under a name of its own beside it, in place of an
    earlier copy of this name, and return that; None on another database."""
    path = file_of(engine)
    if path is None:
        return None
    kept = path.with_name(f"{path.name}.{word}")
    handle, name = tempfile.mkstemp(prefix=".portal-copy-", dir=path.parent)
    os.close(handle)
    copy_file(engine, Path(name)).close()
    Path(name).rename(kept)
    return kept.name


def copy_file(engine: Engine, to: Path) -> Any:
    """Copy a SQLite database into an empty file, and return the connection to the copy, which has
    no files beside it."""
    live: Any = engine.raw_connection()
    copy = sqlite_module().connect(to, isolation_level=None, check_same_thread=False)
    try:
        copy.execute("PRAGMA journal_mode=OFF")
        live.driver_connection.backup(copy)
        copy.execute("PRAGMA journal_mode=MEMORY")
    except BaseException:
        copy.close()
        raise
    finally:
        live.close()
    return copy


def _reading(raw: Any) -> Engine:
    engine = create_engine("sqlite://", module=sqlite_module(), creator=lambda: raw,
                           poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")

    return engine
