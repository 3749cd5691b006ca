"""A database as it stood at one moment, while others go on writing: read, and never copied as a
file."""

from __future__ import annotations

import fcntl
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from portal.ground.db import sqlite_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine import Connection


#: How a copy is called until it loses its name, or gets its own.
_COPY = ".portal-copy-"


def file_of(engine: Engine) -> Path | None:
    """Return the file of a SQLite database, whatever links lead to it; None for any other."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(name).resolve()


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
    with _nameless_copy(engine, path.parent) as raw:
        yield _reading(raw)


@contextmanager
def _nameless_copy(engine: Engine, folder: Path) -> Iterator[Any]:
    _clear(folder)
    handle, name = tempfile.mkstemp(prefix=_COPY, dir=folder)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        raw = copy_file(engine, Path(name))
    finally:
        Path(name).unlink()
        os.close(handle)
    try:
        yield raw
    finally:
        raw.close()


def _clear(folder: Path) -> None:
    """Remove copies whose maker was killed before they lost their names: nobody holds them."""
    for left in folder.glob(f"{_COPY}*"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def keep_copy(engine: Engine, word: str) -> str | None:
    """Keep a SQLite database as it is now under a name of its own beside it, in place of an
    earlier copy of this name, and return that; None on another database."""
    path = file_of(engine)
    if path is None:
        return None
    kept = path.with_name(f"{path.name}.{word}")
    handle, name = tempfile.mkstemp(prefix=_COPY, dir=path.parent)
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
