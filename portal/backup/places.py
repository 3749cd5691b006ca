"""Where a restored database is made, and how it takes the place of the one before in one step."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, ProgrammingError

from portal.ground.copying import file_of
from portal.ground.db import make_engine, sqlite_module
from portal.ground.running import others
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

#: The schema of PostgreSQL in which a restored database is made.
_SCHEMA = "portal_restoring"


class CannotRestore(PortalError):
    """Say why nothing was restored, and what to do. What was there before is untouched."""


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a scratch database, and what lets it take its place.

    `put` is given the instant for the name under which the one before is kept, and returns that
    name; None where there was none.
    """

    engine: Engine
    put: Callable[[datetime], str | None]


@contextmanager
def place_for(live: Engine) -> Iterator[Place]:
    """Give a scratch database beside the live one; what is not put is gone afterwards."""
    path = file_of(live)
    with (_in_schema(live) if path is None else _in_file(path)) as place:
        yield place


@contextmanager
def scratch_in(folder: Path) -> Iterator[Engine]:
    """Give an empty scratch database of its own in a folder; it is gone afterwards."""
    with _in_file(folder / "portal.db") as place:
        yield place.engine


@contextmanager
def _in_file(path: Path) -> Iterator[Place]:
    scratch = path.with_name(f".{path.name}.restoring")
    _remove(scratch)
    engine = make_engine(f"sqlite:///{scratch}")

    def put(at: datetime) -> str | None:
        engine.dispose()
        _alone_in_its_file(scratch)
        aside = path.with_name(f"{path.name}.before-{at:%Y%m%dT%H%M%SZ}")
        held = path.exists() and path.stat().st_size > 0
        if held:
            _keep_aside(path, aside)
        scratch.rename(path)
        _synced(path.parent)
        return aside.name if held else None

    try:
        yield Place(engine, put)
    finally:
        engine.dispose()
        _remove(scratch)


def _keep_aside(path: Path, aside: Path) -> None:
    """Give the database of before a second name. One that is too damaged to be read takes the
    files beside it along as they are."""
    try:
        _alone_in_its_file(path)
    except sqlite_module().Error:
        for end in ("-wal", "-shm", "-journal"):
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + end))
    os.link(path, aside)


def _alone_in_its_file(path: Path) -> None:
    """Let everything of a SQLite database stand in its one file, and on the disk."""
    raw = sqlite_module().connect(path, isolation_level=None)
    try:
        raw.execute("PRAGMA journal_mode=DELETE").fetchone()
    finally:
        raw.close()
    _synced(path)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


@contextmanager
def _in_schema(live: Engine) -> Iterator[Place]:
    address = live.url.update_query_dict({"options": f"-csearch_path={_SCHEMA}"})
    engine = make_engine(address.render_as_string(hide_password=False))
    try:
        with live.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")
            connection.exec_driver_sql(f"CREATE SCHEMA {_SCHEMA}")
    except ProgrammingError as no:
        raise CannotRestore("The role of PORTAL_DATABASE_URL may not make a schema in this "
                            "database. Let it own the database: createdb --owner") from no

    def put(at: datetime) -> str | None:
        engine.dispose()
        return _swap(live, f"portal_before_{at:%Y%m%dt%H%M%Sz}")

    try:
        yield Place(engine, put)
    finally:
        engine.dispose()
        with live.begin() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")


def _swap(live: Engine, aside: str) -> str | None:
    """Let the restored schema take the name of the one before, in one transaction."""
    if others(live):
        raise CannotRestore("Somebody has connected to the database meanwhile. Stop every process "
                            "of the portal, then restore again.")
    try:
        with live.begin() as connection:
            name = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            held = inspect(connection).has_table("alembic_version")
            connection.exec_driver_sql(f'ALTER SCHEMA "{name}" RENAME TO {aside}')
            connection.exec_driver_sql(f'ALTER SCHEMA {_SCHEMA} RENAME TO "{name}"')
            if not held:
                connection.exec_driver_sql(f"DROP SCHEMA {aside}")
    except DBAPIError as no:
        raise CannotRestore("The role of PORTAL_DATABASE_URL may not rename the schema of the "
                            "database. Let it own the database, and nothing else be in it: "
                            "ALTER DATABASE … OWNER TO …") from no
    return aside if held else None
