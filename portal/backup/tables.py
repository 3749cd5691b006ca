"""The tables of a database as they are, whatever the version of the portal that made them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from portal.backup import policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Table

#: Where the migrations write down how far they came; it is made by them and not copied.
_VERSION = "alembic_version"
#: So many rows are fetched at once: each may hold a paper. A part ends with the row in which it
#: comes to so many bytes.
_ROWS, _PART = 50, 1 << 20

_KINDS: tuple[tuple[type[Any], str], ...] = (
    (sa.LargeBinary, "bytes"), (sa.Boolean, "truth"), (sa.DateTime, "instant"), (sa.Date, "day"),
    (sa.Integer, "number"), (sa.JSON, "json"), (sa.String, "text"))


@dataclass(slots=True)
class Count:
    """Hold how many rows of a table went by, and the hash over their lines."""

    rows: int
    sha256: str


def tables_of(connection: Connection) -> dict[str, Table]:
    """Return every table of the portal that is in a database, by name."""
    metadata = sa.MetaData()
    metadata.reflect(connection, resolve_fks=False)
    return {name: metadata.tables[name] for name in sorted(metadata.tables) if name != _VERSION}


def columns_of(table: Table) -> list[tuple[str, str]]:
    """Return the columns of a table in the order of their names, which no migration changes."""
    return sorted((column.name, _kind(column.type)) for column in table.columns)


def _kind(of: Any) -> str:
    return next(kind for base, kind in _KINDS if isinstance(of, base))


def parts(
    connection: Connection, table: Table, count: Count, went_on: Callable[[int], object],
) -> Iterator[bytes]:
    """Yield the rows of a table as lines, some in each part, in the order of their keys: the same
    bytes on both databases. `count` holds what went by once all is read."""
    columns, digest, buffer = columns_of(table), hashlib.sha256(), bytearray()
    chosen = (sa.select(*(table.c[name] for name, _kind in columns))
              .order_by(*_order(connection, table)).execution_options(yield_per=_ROWS))
    for rows in connection.execute(chosen).partitions():
        for row in rows:
            buffer += policy.line([policy.spell(kind, value)
                                   for (_name, kind), value in zip(columns, row, strict=True)])
            if len(buffer) >= _PART:
                digest.update(buffer)
                yield bytes(buffer)
                buffer.clear()
        count.rows += len(rows)
        went_on(len(rows))
    digest.update(buffer)
    count.sha256 = digest.hexdigest()
    if buffer:
        yield bytes(buffer)


def _order(connection: Connection, table: Table) -> Iterator[Any]:
    for column in table.primary_key.columns:
        # Byte by byte on PostgreSQL too, whatever its language.
        apart = connection.dialect.name != "sqlite" and isinstance(column.type, sa.String)
        yield sa.collate(column, "C") if apart else column


def hashes(
    connection: Connection, went_on: Callable[[int], object] = lambda _count: None,
) -> dict[str, tuple[int, str]]:
    """Return rows and hash of every table."""
    found = {}
    for name, table in tables_of(connection).items():
        count = Count(0, "")
        for _part in parts(connection, table, count, went_on):
            pass
        found[name] = (count.rows, count.sha256)
    return found


def row_count(connection: Connection, tables: Sequence[Table]) -> int:
    """Return how many rows there are in all."""
    return sum(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
               for table in tables)
