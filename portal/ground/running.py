"""Whether anything else is at work on a database, before its place is taken by another.

On SQLite each process of the portal holds a shared lock on a file beside the database while it
runs; the lock ends with the process, however that ends. PostgreSQL knows who is connected.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from portal.ground.copying import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

#: What the file is called that stands for a database in use.
SUFFIX = ".in-use"

_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
               "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL")


@contextmanager
def in_use(engine: Engine) -> Iterator[None]:
    """Let others know that this process works on a database, for the block."""
    with _locked(engine, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(engine: Engine) -> Iterator[bool]:
    """Tell whether nobody else is at work on a database, and on SQLite keep it so for the block."""
    if file_of(engine) is None:
        yield not others(engine)
        return
    with _locked(engine, fcntl.LOCK_EX | fcntl.LOCK_NB) as got:
        yield got


def others(engine: Engine) -> int:
    """Return how many other connections there are to a PostgreSQL database."""
    with engine.connect() as connection:
        return connection.scalar(_OTHERS) or 0


@contextmanager
def _locked(engine: Engine, how: int) -> Iterator[bool]:
    path = file_of(engine)
    if path is None:
        yield True
        return
    # Never the database itself: closing any handle of it would drop the library's own locks.
    handle = os.open(path.with_name(f"{path.name}{SUFFIX}"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)
