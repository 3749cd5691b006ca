"""Reading what a chain tells."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select

from portal.ledger.models import Entry
from portal.ledger.policy import Event, genesis
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

    from portal.ground.work import Work


_EVENTS = (
    select(Entry.chain_id, Entry.kind, Entry.subject_id, Entry.at, Entry.actor_id, Entry.seq,
           Entry.hash)
    .where(Entry.chain_id.in_(bindparam("chains", expanding=True)))
    .order_by(Entry.chain_id, Entry.seq)
)


_SOME_EVENTS = _EVENTS.where(Entry.kind.in_(bindparam("kinds", expanding=True)))


def events_of(work: Work, chain_ids: Iterable[str]) -> dict[str, list[Event]]:
    """Return the events of many chains in order, with one query; a chain without any is empty.

    To a chain that this transaction has locked nobody else appends: it is read once.
    """
    found: dict[str, list[Event]] = {i: list(work.events.get(i, ())) for i in chain_ids}
    unread = [chain_id for chain_id in found if chain_id not in work.events]
    if unread:
        for row in work.session.execute(_EVENTS, {"chains": unread}):
            found[row[0]].append(Event(*row[1:]))
            work.see(row.at)
    for chain_id in work.locked.intersection(unread):
        work.events[chain_id] = list(found[chain_id])
        if found[chain_id]:
            work.heads.setdefault(chain_id, (found[chain_id][-1].seq, found[chain_id][-1].hash))
    return found


def some_events_of(
    work: Work, chain_ids: Iterable[str], kinds: Collection[str]
) -> dict[str, list[Event]]:
    """Return the events of these kinds alone, of many chains in order: for a page that must not
    grow with a long record."""
    found: dict[str, list[Event]] = {chain_id: [] for chain_id in chain_ids}
    for row in work.session.execute(_SOME_EVENTS, {"chains": list(found), "kinds": list(kinds)}):
        found[row[0]].append(Event(*row[1:]))
        work.see(row.at)
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one entry as a page may tell it: without its number, for gaps would tell (Z1)."""

    id: str
    at: datetime
    kind: str
    subject_id: str
    actor_id: str | None
    hash: str
    facts: dict[str, Any]


_TOLD = (
    select(Entry.chain_id, Entry.id, Entry.at, Entry.kind, Entry.subject_id, Entry.actor_id,
           Entry.hash, Entry.body)
    .where(Entry.chain_id.in_(bindparam("chains", expanding=True)),
           Entry.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(Entry.chain_id, Entry.seq)
)


def told_of(
    work: Work, chain_ids: Iterable[str], kinds: Collection[str]
) -> dict[str, list[Line]]:
    """Return the entries of these kinds with their facts, of many chains in order, with one
    query: for the few rules that need more than what happened to what and when."""
    found: dict[str, list[Line]] = {chain_id: [] for chain_id in chain_ids}
    for row in work.session.execute(_TOLD, {"chains": list(found), "kinds": list(kinds)}):
        found[row.chain_id].append(_line(row))
    return found


def bodies_of(work: Work, chain_id: str, kinds: Collection[str]) -> list[Line]:
    """Return the entries of these kinds with their facts, oldest first, with one query."""
    return told_of(work, [chain_id], kinds)[chain_id]


def about(
    work: Work, chain_id: str, kinds: Collection[str], ids: Collection[str], most: int
) -> list[Line]:
    """Return the newest entries of these kinds that somebody of `ids` made or that are about one
    of them, the newest first."""
    rows = work.session.execute(
        select(Entry.id, Entry.at, Entry.kind, Entry.subject_id, Entry.actor_id, Entry.hash,
               Entry.body)
        .where(Entry.chain_id == chain_id, Entry.kind.in_(kinds),
               or_(Entry.actor_id.in_(ids), Entry.subject_id.in_(ids)))
        .order_by(Entry.seq.desc()).limit(most))
    return [_line(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Lines:
    """Hold a page of entries, newest first.

    `until` is when the entry above the page was made, or None for the newest page, and
    `has_older` says whether any stand below it.
    """

    lines: Sequence[Line]
    until: datetime | None
    has_older: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Say which entries of a chain may be told: of these kinds, and made within these spans."""

    chain_id: str
    kinds: Collection[str]
    spans: Sequence[tuple[datetime, datetime]]

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what is true of such an entry."""
        return [Entry.chain_id == self.chain_id, Entry.kind.in_(self.kinds),
                or_(*(and_(Entry.at >= start, Entry.at < end) for start, end in self.spans))]


def lines_of(
    work: Work, shown: Shown, limit: int, *, before: str = "", after: str = ""
) -> Lines:
    """Return a page of entries: the newest, or the next ones before or after an entry.

    Raises `Missing` for an entry that is not among those that may be told. Where less than a
    page came after an entry, the newest page is meant.
    """
    edge = _edge(work, shown, before or after) if before or after else None
    found = (select(Entry.id, Entry.at, Entry.kind, Entry.subject_id, Entry.actor_id, Entry.hash,
                    Entry.body).where(*shown.conditions()).limit(limit + 1))
    if edge is not None and not before:
        rows = work.session.execute(
            found.where(Entry.seq > edge[0]).order_by(Entry.seq)).all()
        if len(rows) > limit:
            return Lines([_line(row) for row in rows[limit - 1::-1]], rows[limit].at, True)
        edge = None
    if edge is not None:
        found = found.where(Entry.seq < edge[0])
    rows = work.session.execute(found.order_by(Entry.seq.desc())).all()
    return Lines([_line(row) for row in rows[:limit]], edge[1] if edge else None,
                 len(rows) > limit)


def _edge(work: Work, shown: Shown, entry_id: str) -> tuple[int, datetime]:
    if not entry_id.isalnum():
        # PostgreSQL takes no zero byte, and no id has one.
        raise Missing("entry")
    row = work.session.execute(
        select(Entry.seq, Entry.at).where(Entry.id == entry_id, *shown.conditions())
    ).one_or_none()
    if row is None:
        raise Missing("entry")
    return row.seq, row.at


def _line(row: Any) -> Line:
    return Line(row.id, row.at, row.kind, row.subject_id, row.actor_id, row.hash,
                json.loads(row.body)["facts"])


def head_of(work: Work, chain_id: str) -> str:
    """Return the hash of the newest entry, the witness that every party takes along."""
    head = work.session.execute(
        select(Entry.hash).where(Entry.chain_id == chain_id).order_by(Entry.seq.desc()).limit(1)
    ).scalar_one_or_none()
    return head or genesis(chain_id)
