"""How a test looks at the rows of a database that shows each practice its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from portal.ground.reach import EVERYWHERE, OPTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from portal.ground.work import Ground


def seeing(engine: Engine) -> Engine:
    """Return an engine that reaches every row."""
    return engine.execution_options(**{OPTION: EVERYWHERE})


def see_all(ground: Ground) -> Ground:
    """Let what a test itself asks of a database reach every row, and return the ground floor.

    Each unit of work goes on to say how far it reaches.
    """
    if ground.engine.dialect.name == "postgresql":
        ground.engine = seeing(ground.engine)
    return ground


@contextmanager
def above_policies(engine: Engine) -> Iterator[DBAPIConnection]:
    """Give a connection of the one who made the server of PostgreSQL, for what policies forbid to
    everybody else: COPY."""
    made = create_engine(engine.url.set(username="postgres"), poolclass=NullPool)
    raw = made.raw_connection()
    try:
        yield raw.driver_connection
    finally:
        raw.close()
