"""Taking a backup while the portal runs: one moment of the database, encrypted as it is read."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal import schema
from portal.backup import policy
from portal.backup.policy import About, Manifest
from portal.backup.tables import Count, columns_of, parts, row_count, tables_of
from portal.engagements.models import Engagement
from portal.evidence.models import RenewedFile, SealedFile, Twin
from portal.ground import agefile
from portal.ground.copying import standing_still
from portal.inking.models import InkScan
from portal.ledger.models import Entry
from portal.plain.errors import PortalError
from portal.witness.models import Checkpoint
from portal.witness.queries import examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from portal.ground.work import Ground, Work

#: Most of a backup is noise in base64, of which the fastest way finds a quarter.
_LEVEL = 1


class CannotBackUp(PortalError):
    """Say why no backup was taken, and what to do."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold what a backup came to."""

    about: About
    manifest: Manifest
    size: int


@contextmanager
def one_moment(ground: Ground) -> Iterator[Work]:
    """Give a unit of work that reads, and sees one moment of the database throughout."""
    with standing_still(ground.engine) as engine:
        still = replace(ground, engine=engine)
        with still.work(writes=False) as work:
            yield work


def take(
    ground: Ground, to: Path, lock: agefile.Lock, *, keys: Path | None = None,
    bar: Callable[[int], Any],
) -> Taken:
    """Write a backup into a new file, whole or not at all; with the key file `keys` where told.

    `bar` is given how many rows there are, and gives what is told how many went by. Everything
    that was committed before the call is in it. Raises `CannotBackUp`.
    """
    _may_be_written(to)
    current, head = schema.revisions(ground.engine)
    if current != head:
        raise CannotBackUp(schema.why_not_run(ground.engine) or "")
    with one_moment(ground) as work:
        taking = _Taking(work, keys)
        with _new_file(to) as out, bar(taking.rows) as went_on:
            agefile.lock(taking.archive(went_on), out, lock)
            size = out.tell()
    return Taken(taking.about, taking.manifest, size)


def _may_be_written(to: Path) -> None:
    if to.exists():
        raise CannotBackUp(f"{to} is there already, and a backup never takes the place of "
                           "anything. Name another file.")
    if not to.absolute().parent.is_dir():
        raise CannotBackUp(f"There is no folder {to.absolute().parent}. Make it first.")


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """Give a file for its owner alone that bears its name only once all of it is on the disk."""
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Taking:
    """Make the archive, part by part, and remember what goes by."""

    def __init__(self, work: Work, keys: Path | None) -> None:
        self._work, self._keys = work, keys.read_bytes() if keys is not None else None
        self._connection = work.session.connection()
        self._tables = tables_of(self._connection)
        self._counts = {name: Count(0, "") for name in self._tables}
        self.rows = row_count(self._connection, list(self._tables.values()))
        self.about = About(
            format=policy.FORMAT, portal=version("portal"),
            revision=schema.revision_of(self._connection) or "",
            database=self._connection.dialect.name, taken_at=policy.spell("instant", work.now),
            keys=keys is not None, rows=self.rows,
            tables={name: columns_of(table) for name, table in self._tables.items()})
        self.manifest = Manifest(tables={}, chains={}, checkpoints={}, papers={}, engagements=0)

    def archive(self, went_on: Callable[[int], object]) -> Iterator[bytes]:
        """Yield the bytes of the archive: a tar, compressed, of members of moderate size."""
        out = io.BytesIO()
        with (gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL, mtime=0) as squeezed,
              tarfile.open(fileobj=squeezed, mode="w|") as tar):
            for name, body in self._members(went_on):
                tar.addfile(_entry(name, len(body)), io.BytesIO(body))
                yield _drained(out)
        yield _drained(out)

    def _members(self, went_on: Callable[[int], object]) -> Iterator[tuple[str, bytes]]:
        yield policy.ABOUT, self.about.spelled()
        if self._keys is not None:
            yield policy.KEYS, self._keys
        for name, table in self._tables.items():
            rows = parts(self._connection, table, self._counts[name], went_on)
            for number, body in enumerate(rows, start=1):
                yield policy.member(name, number), body
        told = examine(self._work)
        self.manifest = manifest_of(
            self._work, {name: (one.rows, one.sha256) for name, one in self._counts.items()},
            [] if told.is_whole else told.in_words().splitlines())
        yield policy.MANIFEST, self.manifest.spelled()


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _drained(out: io.BytesIO) -> bytes:
    found = out.getvalue()
    out.seek(0)
    out.truncate()
    return found


def manifest_of(
    work: Work, tables: dict[str, tuple[int, str]], findings: list[str],
) -> Manifest:
    """Return what a database holds, as a manifest tells it."""
    return Manifest(
        tables=tables, findings=findings,
        chains=_newest(work, Entry.chain_id, Entry.seq, Entry.hash),
        checkpoints=_newest(work, Checkpoint.practice_id, Checkpoint.number, Checkpoint.hash),
        papers={row[0]: row[1] for kind in (SealedFile, Twin, RenewedFile, InkScan)
                for row in work.session.execute(select(kind.id, kind.sha256).order_by(kind.id))},
        engagements=work.session.scalar(select(func.count()).select_from(Engagement)) or 0)


def _newest(work: Work, of: Any, number: Any, digest: Any) -> dict[str, tuple[int, str]]:
    newest = select(of, func.max(number)).group_by(of).subquery()
    return {row[0]: (row[1], row[2]) for row in work.session.execute(
        select(of, number, digest)
        .join(newest, (of == newest.c[0]) & (number == newest.c[1])).order_by(of))}
