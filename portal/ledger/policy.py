"""What an entry of the record looks like and how it hangs on the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from portal.plain.canonical import canonical_bytes

SCHEMA = 2
_ENTRY = b"ccp/ledger/v1\n"
_GENESIS = b"ccp/genesis/v1\n"

#: Facts of an entry: ids, codes, hashes and numbers.
Facts: TypeAlias = Mapping[str, str | int | bool | list[str] | None]


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one recorded fact as the rules read it."""

    kind: str
    subject_id: str
    at: datetime
    actor_id: str | None = None
    seq: int = 0
    hash: str = ""


def genesis(chain_id: str) -> str:
    """Return what the first entry of a chain names as its predecessor: bound to that chain."""
    return hashlib.sha256(_GENESIS + chain_id.encode()).hexdigest()


def instant(at: datetime) -> str:
    """Return an instant as the record spells it: UTC, microseconds, Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_bytes(
    chain_id: str, seq: int, previous: str, *, at: datetime, kind: str, subject_id: str,
    actor_id: str | None, facts: Facts, salt: str,
) -> bytes:
    """Return the canonical bytes (RFC 8785) that are stored and hashed.

    `salt` is random: pages and papers print hashes, and without it one could try out what an
    entry says, or whether another stands before it that one may not see (INV-16).
    """
    return canonical_bytes({
        "schema": SCHEMA, "chain": chain_id, "seq": seq, "previous": previous,
        "at": instant(at), "kind": kind, "subject": subject_id, "actor": actor_id,
        "facts": dict(facts), "salt": salt,
    })


def entry_hash(body: bytes) -> str:
    """Return the hash under which the next entry names this one."""
    return hashlib.sha256(_ENTRY + body).hexdigest()


def first_break(chain_id: str, entries: Iterable[tuple[int, str, str, bytes]]) -> int | None:
    """Return the number of the first entry that does not fit, or None for a whole chain.

    Takes (seq, previous, hash, body) in order. The stored bytes are hashed, not made anew.
    """
    previous, expected = genesis(chain_id), 1
    for seq, named, stored, body in entries:
        if seq != expected or named != previous or entry_hash(body) != stored:
            return seq
        previous, expected = stored, seq + 1
    return None
