"""Putting a backup into a scratch database and examining it there: nothing else is touched."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from portal import schema
from portal.backup import policy
from portal.backup.making import manifest_of
from portal.backup.policy import BadBackup, Manifest
from portal.backup.tables import columns_of, hashes, tables_of
from portal.evidence.models import RenewedFile, SealedFile, Twin
from portal.ground.reach import EVERYWHERE, OPTION
from portal.ground.vault import CannotOpen, DataKey, Erased
from portal.inking.models import InkScan
from portal.people.models import Practice
from portal.witness.queries import examine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from portal.backup.reading import Reading
    from portal.ground.work import Ground, Work

_FILES: tuple[Any, ...] = (SealedFile, Twin, RenewedFile, InkScan)


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what examining a backup came to.

    `unopened` counts the keys of people, engagements and practices that no master key here opens;
    `known` what was wrong with the record already when the backup was taken.
    """

    practices: Sequence[str]
    engagements: int
    rows: int
    entries: int
    papers: int
    erased: int
    unopened: int
    faults: Sequence[str] = field(default_factory=tuple)
    known: Sequence[str] = field(default_factory=tuple)


def load(reading: Reading, engine: Engine, went_on: Callable[[int], object]) -> Manifest:
    """Put every row of a backup into an empty database, and return what the backup says must be
    in it. Raises `BadBackup` where that is not what came to be in it."""
    if reading.about.revision not in schema.known_revisions():
        raise BadBackup(f"it was made by a newer portal (its tables stand at "
                        f"{reading.about.revision}). Bring the portal to that version first")
    engine = engine.execution_options(**{OPTION: EVERYWHERE})
    schema.upgrade(engine, reading.about.revision)
    with _without_ties(engine) as connection:
        tables = tables_of(connection)
        if {name: columns_of(table) for name, table in tables.items()} != {
                name: [tuple(pair) for pair in pairs]
                for name, pairs in reading.about.tables.items()}:
            raise BadBackup("its tables are not those of the version that it names")
        for name, lines in reading.tables():
            rows = policy.rows_of(lines, reading.about.tables[name])
            connection.execute(tables[name].insert(), rows)
            went_on(len(rows))
    manifest = reading.manifest
    with engine.connect() as connection:
        if manifest is None or hashes(connection) != dict(manifest.tables):
            raise BadBackup("its rows are not those that its manifest names")
    if reading.about.revision != schema.known_revisions()[-1]:
        schema.upgrade(engine)
    return manifest


@contextmanager
def _without_ties(engine: Engine) -> Iterator[Connection]:
    """Give a transaction in which a row may come before the one that it names; at its end every
    row must find what it names."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Inside a transaction SQLite ignores it.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise BadBackup("a row names another one that is not in it")
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")
            return
        with connection.begin():
            ties = connection.execute(text(
                "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
                "FROM pg_constraint WHERE contype = 'f' "
                "AND connamespace = current_schema()::regnamespace ORDER BY 1, 2")).all()
            for table, name, _what in ties:
                connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            yield connection
            for table, name, what in ties:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}")


def examined(
    scratch: Ground, manifest: Manifest, went_on: Callable[[int], object],
) -> Found:
    """Examine a loaded backup: every chain and checkpoint, the heads that the backup names, and
    every sealed file, byte for byte."""
    with scratch.work(writes=False) as work:
        told = examine(work)
        faults = [] if told.is_whole else told.in_words().splitlines()
        now = manifest_of(work, dict(manifest.tables), [])
        faults += [f"the {name} are not those that its manifest names"
                   for name in ("chains", "checkpoints", "papers", "engagements")
                   if getattr(now, name) != getattr(manifest, name)]
        unopened = _unopened(work)
        erased, wrong = (0, []) if unopened else _files(work, went_on)
        known = list(manifest.findings)
        return Found(
            practices=list(work.session.scalars(select(Practice.name).order_by(Practice.name))),
            engagements=manifest.engagements, rows=sum(n for n, _sha in manifest.tables.values()),
            entries=told.entries, papers=len(manifest.papers), erased=erased, unopened=unopened,
            faults=[one for one in [*faults, *wrong] if one not in known], known=known)


def file_count(scratch: Ground) -> int:
    """Return how many sealed files and scans there are."""
    with scratch.work(writes=False) as work:
        return sum(work.session.scalar(select(func.count()).select_from(table)) or 0
                   for table in _FILES)


def _unopened(work: Work) -> int:
    count = 0
    for key_id, master_id, wrapped in work.session.execute(
            select(DataKey.id, DataKey.master_id, DataKey.wrapped)):
        try:
            if wrapped:
                work.ground.vault.bare(key_id, master_id, wrapped)
        except CannotOpen:
            count += 1
    return count


def _files(work: Work, went_on: Callable[[int], object]) -> tuple[int, list[str]]:
    erased, wrong = 0, []
    for table in _FILES:
        for file_id in work.session.scalars(select(table.id).order_by(table.id)).all():
            row = work.session.get_one(table, file_id)
            try:
                body = work.reveal_bytes(row, "file")
            except Erased:
                erased += 1
            except CannotOpen:
                wrong.append(f"{table.__tablename__} {file_id}: it cannot be opened")
            else:
                if hashlib.sha256(body).hexdigest() != row.sha256 or len(body) != row.size:
                    wrong.append(f"{table.__tablename__} {file_id}: it is not the file that its "
                                 "hash names")
            work.session.expunge(row)
            went_on(1)
    return erased, wrong
