"""The database: engines, column types, and triggers that keep evidence as it was written.

SQLite writers begin `BEGIN IMMEDIATE`, so two of them never read the same head. Write-ahead
logging is used only with a library that is free of the WAL-reset fault (SQLite 3.7.0 to
3.51.2 without the fixes in 3.44.6 and 3.50.7); otherwise a rollback journal with the fullest
synchronisation serves. PostgreSQL is told to wait for the disk where it was told not to.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, mapped_column

from portal.ground.reach import tell_reach

#: A random 128-bit identifier, 32 hex digits.
Id = Annotated[str, mapped_column(String(32))]


class _Instant(TypeDecorator[datetime]):
    """Store UTC instants and give them back aware; a naive datetime is a mistake and raises."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse what has no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC, whatever the driver made of it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Instant = Annotated[datetime, mapped_column(_Instant)]


class Base(DeclarativeBase):
    """Stand behind every table."""

    metadata = MetaData(naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    })


def has_wal_reset_fault(version: tuple[int, int, int]) -> bool:
    """Tell whether this SQLite library may lose committed pages in WAL mode."""
    if version >= (3, 51, 3) or version < (3, 7, 0):
        return False
    return not any(fixed <= version < (*fixed[:2], 1000) for fixed in ((3, 44, 6), (3, 50, 7)))


def sqlite_module() -> Any:
    """Return the best SQLite driver on this machine: a repaired library if there is one."""
    import sqlite3

    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    better = pysqlite3.sqlite_version_info > sqlite3.sqlite_version_info
    return pysqlite3 if better else sqlite3


def sqlite_version() -> tuple[int, int, int]:
    """Return the version of the SQLite library in use."""
    version: tuple[int, int, int] = sqlite_module().sqlite_version_info
    return version


def why_not_wal() -> str | None:
    """Return why write-ahead logging is left off with the SQLite library in use, or None."""
    if not has_wal_reset_fault(sqlite_version()):
        return None
    return "write-ahead logging is left off: this library may lose pages in it"


def make_engine(url: str, *, patience: int = 10, threads: int = 8) -> Engine:
    """Return an engine for `sqlite:///…` or `postgresql…`; nothing is opened yet.

    Nothing waits longer than `patience` (seconds) for a connection or for another writer.
    `threads` is how many use it at once, beside the clockwork.
    """
    address = make_url(url)
    pool: dict[str, Any] = {"pool_size": threads + 2, "pool_timeout": patience}
    if address.get_backend_name() == "sqlite":
        return _sqlite_engine(url, address.database, patience, pool)
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    told = f"{address.query.get('options', '')} -c lock_timeout={patience}s".strip()
    engine = create_engine(address, pool_pre_ping=True, **pool, connect_args={
        "connect_timeout": max(2, patience), "options": told})
    event.listen(engine, "connect", _wait_for_disk)
    tell_reach(engine)
    return engine


def _wait_for_disk(connection: Any, _record: Any) -> None:
    """Turn on `synchronous_commit` where a server has it off: what somebody saw confirmed could be
    lost. What waits for more than the own disk stays as it is."""
    before, connection.autocommit = connection.autocommit, True
    connection.execute("SELECT set_config('synchronous_commit', 'on', false) "
                       "WHERE current_setting('synchronous_commit') = 'off'")
    connection.autocommit = before


def _sqlite_engine(url: str, path: str | None, patience: int, pool: dict[str, Any]) -> Engine:
    is_file = path is not None and _is_there(path)
    engine = create_engine(url, module=sqlite_module(), connect_args={"timeout": patience},
                           **(pool if is_file else {}))
    if path and is_file:
        _stay_with_file(engine, path)
    journal, sync = ("DELETE", "EXTRA") if why_not_wal() else ("WAL", "FULL")

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling starts too late and cannot say IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.execute(f"PRAGMA synchronous={sync}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _is_there(path: str) -> bool:
    """Make the file of a database unless it is there; tells whether it is a file at all."""
    if not path or path == ":memory:":
        return False
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made here, so that nobody but its owner reads it; the journal takes its mode over.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return True


def _stay_with_file(engine: Engine, path: str) -> None:
    """Let no connection go on with a file that is not the one at `path` any more.

    SQLite would make an empty database where the file is missing, and go on writing into one that
    was moved away, where nobody finds it again.
    """
    there = quote(str(Path(path).absolute()))

    @event.listens_for(engine, "do_connect")
    def on_do_connect(_dialect: Any, record: Any, args: list[Any], params: dict[str, Any]) -> None:
        args[0], params["uri"] = f"file:{there}?mode=rw", True
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError("the file of the database is another one")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def scrub(engine: Engine, table: str) -> None:
    """Let what was overwritten or deleted in a table not lie about in the files of the database.

    SQLite overwrites it at once (`secure_delete`); what still stands in a write-ahead log goes
    with the checkpoint. PostgreSQL writes the table anew. What its own log, the disk and backups
    still hold is out of reach from here.
    """
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"VACUUM FULL {table}")


def keep_forever(table: str) -> dict[str, list[str]]:
    """Return the statements, by dialect, of triggers that refuse UPDATE and DELETE (INV-10)."""
    return {
        "sqlite": [
            f"CREATE TRIGGER {table}_keep_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ],
        "postgresql": [
            f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION evidence_is_append_only()",
            f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION evidence_is_append_only()",
        ],
    }


#: The PostgreSQL function behind the triggers.
APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION evidence_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$
"""
