"""What can still be found of somebody: in every column, through the vault, and in the files."""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from portal import schema
from portal.ground.vault import CannotOpen, DataKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from portal.ground.work import Ground, Work


def spellings(word: str) -> set[bytes]:
    """Return the ways in which a word may lie in bytes."""
    raw = word.encode()
    inner = {base64.b64encode(b"\0" * shift + raw).rstrip(b"=")[4 if shift else 0:-2]
             for shift in range(3)}
    return {raw, raw.lower(), raw.upper(), word.encode("utf-16-le"), raw.hex().encode(),
            word.encode("unicode_escape"), *inner}


def found_in(blobs: Iterable[bytes], words: Iterable[str]) -> set[str]:
    """Return which words stand in any of these bytes, however they are written."""
    every = [blob + b"\n" + blob.lower() for blob in blobs]
    return {word for word in words
            if any(spelled in blob for spelled in spellings(word) for blob in every)}


def columns(ground: Ground) -> list[bytes]:
    """Return each value of each column of each row of each table, as it lies there."""
    with ground.engine.connect() as connection:
        return [value if isinstance(value, bytes) else str(value).encode()
                for table in schema.METADATA.sorted_tables
                for row in connection.execute(select(table)) for value in row]


def opened(ground: Ground) -> list[bytes]:
    """Return all that whoever holds the database and every key can read: each encrypted column
    with each key that there is, in its own place."""
    with ground.work(writes=False) as work:
        return list(_opened(work))


def _opened(work: Work) -> Iterator[bytes]:
    keys = list(work.session.scalars(select(DataKey.id)))
    work.vault.fetch(keys)
    for table in schema.METADATA.sorted_tables:
        hidden = [c for c in table.columns if c.name.endswith("_enc")]
        if not hidden:
            continue
        for row in work.session.execute(select(table.c.id, *hidden)):
            for column, blob in zip(hidden, row[1:], strict=True):
                place = f"{table.name}/{row.id}/{column.name.removesuffix('_enc')}"
                for key in keys if blob else ():
                    with suppress(CannotOpen):
                        yield work.vault.unlock(key, place, blob)


def files(ground: Ground) -> list[bytes]:
    """Return the files in which the database lies; not the log of PostgreSQL, which is written
    over in time."""
    if ground.engine.dialect.name == "sqlite":
        path = Path(str(ground.engine.url.database))
        return [one.read_bytes() for one in path.parent.glob(f"{path.name}*")]
    with ground.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        home = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        number = connection.execute(
            text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one()
    found = []
    for one in (home / "base" / str(number)).iterdir():
        with suppress(FileNotFoundError):  # the server clears away what it wrote anew
            found.append(one.read_bytes())
    return found
