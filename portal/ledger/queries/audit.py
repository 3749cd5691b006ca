"""Record and access log as one stream, for whoever looks into what happened from outside."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.ledger.models import Access, Entry

if TYPE_CHECKING:
    from sqlalchemy import Select

    from portal.ground.work import Work

#: So many lines of each are held in memory at once, however long both are.
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """Say of which time lines are wanted, from `since` on and before `until`, and of which
    practice; None for all."""

    since: datetime
    until: datetime | None = None
    practice_id: str | None = None


def audit_lines(work: Work, span: Span) -> Iterator[str]:
    """Yield entries of the record and lines of the access log as JSON objects, oldest first, those
    of one instant by kind, chain and number, or by id: the same question gets the same lines.

    They hold ids, codes, hashes and instants, never a name. Whatever else came in would stand there
    escaped, so that a line is a line (ASVS 16.4.1).
    """
    for _key, line in heapq.merge(_entries(work, span), _accesses(work, span)):
        yield json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def _entries(work: Work, span: Span) -> Iterator[tuple[Any, dict[str, Any]]]:
    rows = _of(work, select(
        Entry.at, Entry.chain_id, Entry.seq, Entry.practice_id, Entry.kind, Entry.subject_id,
        Entry.actor_id, Entry.hash, Entry.body).order_by(Entry.at, Entry.chain_id, Entry.seq),
        span, Entry)
    for row in rows:
        yield (row.at, 0, row.chain_id, row.seq), {
            "at": row.at.isoformat(timespec="microseconds"), "from": "record",
            "practice": row.practice_id, "chain": row.chain_id, "seq": row.seq, "kind": row.kind,
            "subject": row.subject_id, "actor": row.actor_id, "hash": row.hash,
            "facts": json.loads(row.body)["facts"]}


def _accesses(work: Work, span: Span) -> Iterator[tuple[Any, dict[str, Any]]]:
    rows = _of(work, select(
        Access.at, Access.id, Access.practice_id, Access.engagement_id, Access.person_id,
        Access.subject_id, Access.what, Access.outcome, Access.network, Access.browser)
        .order_by(Access.at, Access.id), span, Access)
    for row in rows:
        yield (row.at, 1, row.id, 0), {
            "at": row.at.isoformat(timespec="microseconds"), "from": "access", "id": row.id,
            "practice": row.practice_id, "engagement": row.engagement_id, "what": row.what,
            "outcome": row.outcome, "subject": row.subject_id, "actor": row.person_id,
            "network": row.network, "browser": row.browser}


def _of(
    work: Work, wanted: Select[*tuple[Any, ...]], span: Span, table: type[Entry] | type[Access]
) -> Iterator[Any]:
    wanted = wanted.where(table.at >= span.since)
    if span.until is not None:
        wanted = wanted.where(table.at < span.until)
    if span.practice_id is not None:
        wanted = wanted.where(table.practice_id == span.practice_id)
    yield from work.session.execute(wanted.execution_options(yield_per=_AT_ONCE))
