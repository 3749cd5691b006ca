"""Walking every chain from first entry to last, to find what was changed behind our back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.ledger.models import Chain, Entry
from portal.ledger.policy import Break, Walk, Why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.ground.work import Work
    from portal.ledger.policy import Stored

#: So many entries are held in memory at once, however long the record is.
_AT_ONCE = 4096

#: All entries in the order of the walk; each database spells an instant as the record does.
_ENTRIES = {
    "sqlite": "SELECT chain_id, seq, previous, hash, kind, subject_id, actor_id, "
              "replace(at, ' ', 'T') || 'Z', body FROM ledger_entry ORDER BY chain_id, seq",
    "postgresql": "SELECT chain_id, seq, previous, hash, kind, subject_id, actor_id, "
                  "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
                  "body FROM ledger_entry ORDER BY chain_id, seq",
}

#: On PostgreSQL only a cursor with a name leaves on the server what was not fetched yet.
_CURSOR = {"sqlite": {}, "postgresql": {"name": "walk"}}


def entry_count(work: Work) -> int:
    """Return how many entries there are, in all chains."""
    return work.session.scalar(select(func.count()).select_from(Entry)) or 0


def walk(work: Work) -> Iterator[Walk]:
    """Examine every entry of every chain, and yield how far one has come every few thousand.

    Needs the memory of one stretch, whatever the length of the record. Found are entries that
    were changed, left out, put in, moved or forked, and chains without any.
    """
    told = Walk()
    for stretch in _stretches(work):
        told.take(stretch)
        yield told
    empty = select(Chain.id).where(~select(Entry.id).where(Entry.chain_id == Chain.id).exists())
    told.breaks += [Break(chain_id, 0, Why.MISSING) for chain_id in work.session.scalars(empty)]
    yield told


def broken_chains(work: Work) -> list[Break]:
    """Return where chains break, each at its first break."""
    *_before, told = walk(work)
    return told.breaks


def _stretches(work: Work) -> Iterator[list[Stored]]:
    """Yield what the driver gives, without making anything of it: that would take longer than
    examining it."""
    connection = work.session.connection()
    dialect = connection.dialect.name
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor(**_CURSOR[dialect])
    cursor.execute(_ENTRIES[dialect])
    while stretch := cursor.fetchmany(_AT_ONCE):
        yield stretch
    cursor.close()
