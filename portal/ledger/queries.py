"""Reading the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.ledger.models import Access, Chain, Entry
from portal.ledger.policy import Event, first_break, genesis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work


_EVENTS = (
    select(Entry.chain_id, Entry.kind, Entry.subject_id, Entry.at, Entry.actor_id, Entry.seq,
           Entry.hash)
    .where(Entry.chain_id.in_(bindparam("chains", expanding=True)))
    .order_by(Entry.chain_id, Entry.seq)
)


def events_of(work: Work, chain_ids: Iterable[str]) -> dict[str, list[Event]]:
    """Return the events of many chains in order, with one query; a chain without any is empty."""
    found: dict[str, list[Event]] = {chain_id: [] for chain_id in chain_ids}
    for row in work.session.execute(_EVENTS, {"chains": list(found)}):
        found[row[0]].append(Event(*row[1:]))
    for chain_id in work.locked & found.keys():
        if found[chain_id]:
            work.heads.setdefault(chain_id, (found[chain_id][-1].seq, found[chain_id][-1].hash))
    return found


def head_of(work: Work, chain_id: str) -> str:
    """Return the hash of the newest entry, the witness that every party takes along."""
    head = work.session.execute(
        select(Entry.hash).where(Entry.chain_id == chain_id).order_by(Entry.seq.desc()).limit(1)
    ).scalar_one_or_none()
    return head or genesis(chain_id)


def broken_chains(work: Work) -> Iterator[tuple[str, int]]:
    """Walk every chain and yield (chain, first entry that does not fit)."""
    for chain_id in work.session.scalars(select(Chain.id).order_by(Chain.id)):
        rows = work.session.execute(
            select(Entry.seq, Entry.previous, Entry.hash, Entry.body)
            .where(Entry.chain_id == chain_id).order_by(Entry.seq)
        )
        broken = first_break(chain_id, ((r.seq, r.previous, r.hash, r.body) for r in rows))
        if broken is not None:
            yield chain_id, broken


def accesses_of(work: Work, engagement_id: str) -> list[Access]:
    """Return who looked at or tried what in this engagement, newest first."""
    return list(work.session.scalars(
        select(Access).where(Access.engagement_id == engagement_id)
        .order_by(Access.at.desc(), Access.id).limit(200)
    ))
