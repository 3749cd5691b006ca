"""Writing the record."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.ground import chance
from portal.ledger.models import Access, Chain, Entry
from portal.ledger.policy import Event, Facts, entry_bytes, entry_hash, genesis
from portal.plain.errors import Refused
from portal.plain.machine import Machine, NotListed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from portal.ground.actor import Origin
    from portal.ground.work import Note, Work


class Order(StrEnum):
    """Name the refusals that come from a state machine."""

    NOT_NOW = "not_now"


def open_chain(work: Work, chain_id: str, practice_id: str, covers: str) -> None:
    """Begin the chain of a practice or an engagement; its id is the id of what it covers."""
    work.session.add(Chain(id=chain_id, practice_id=practice_id, covers=covers))
    work.session.flush()


_HEAD = (
    select(Entry.seq, Entry.hash, Entry.at).where(Entry.chain_id == bindparam("chain"))
    .order_by(Entry.seq.desc()).limit(1)
)


def lock_chain(work: Work, chain_id: str) -> None:
    """Let nobody else append to this chain until the transaction ends.

    SQLite writers are alone anyway (`BEGIN IMMEDIATE`); PostgreSQL locks the chain's row.
    """
    if chain_id not in work.locked:
        if work.ground.engine.dialect.name != "sqlite":
            work.session.execute(select(Chain.id).where(Chain.id == chain_id).with_for_update())
        work.locked.add(chain_id)


def _head(work: Work, chain_id: str) -> tuple[int, str]:
    lock_chain(work, chain_id)
    if chain_id not in work.heads:
        head = work.session.execute(_HEAD, {"chain": chain_id}).one_or_none()
        work.heads[chain_id] = (head.seq, head.hash) if head else (0, genesis(chain_id))
        if head:
            work.see(head.at)
    found: tuple[int, str] = work.heads[chain_id]
    return found


def held_head(work: Work, chain_id: str) -> str:
    """Return the newest hash of a chain that this transaction has locked."""
    return _head(work, chain_id)[1]


def record(
    work: Work, chain_id: str, kind: str, subject_id: str, *,
    practice_id: str, facts: Facts | None = None, actor_id: str | None = None,
) -> Event:
    """Append one entry in this transaction, and return it as the rules read it.

    `actor_id` is the person behind the act; None stands for the portal itself. Facts hold
    ids, codes and hashes only.
    """
    seq, previous = _head(work, chain_id)
    body = entry_bytes(chain_id, seq + 1, previous, at=work.now, kind=kind, subject_id=subject_id,
                       actor_id=actor_id, facts=facts or {},
                       salt=chance.secret_bytes(16).hex())
    entry = Entry(
        id=chance.new_id(), practice_id=practice_id, chain_id=chain_id, seq=seq + 1,
        previous=previous, hash=entry_hash(body), kind=kind, subject_id=subject_id,
        actor_id=actor_id, at=work.now, body=body,
    )
    work.session.add(entry)
    if chain_id != practice_id:
        work.touched.add(chain_id)
    work.heads[chain_id] = (entry.seq, entry.hash)
    event = Event(kind, subject_id, work.now, actor_id, entry.seq, entry.hash)
    if chain_id in work.events:
        work.events[chain_id].append(event)
    return event


def step(
    work: Work, machine: Machine, state: str, event: str, target: str | None = None,
    *, subject_id: str | None = None,
) -> str:
    """Return the state after `event`, or refuse what the machine does not list, and log it."""
    try:
        return machine.after(state, event, target)
    except NotListed:
        work.note(f"step.{machine.name.lower()}", "not_listed", subject_id=subject_id)
        raise Refused(Order.NOT_NOW) from None


def keep_notes(session: Session, now: datetime, origin: Origin, notes: list[Note]) -> None:
    """Write what a unit of work noted into the access log."""
    session.add_all(
        Access(id=chance.new_id(), at=now, what=note.what, outcome=note.outcome,
               practice_id=note.practice_id, engagement_id=note.engagement_id,
               person_id=note.person_id, subject_id=note.subject_id,
               network=origin.network, browser=origin.browser)
        for note in notes
    )
