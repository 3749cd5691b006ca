"""What an entry of the record looks like and how it hangs on the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

from portal.plain.canonical import canonical_bytes

SCHEMA = 2
_ENTRY = b"ccp/ledger/v1\n"
_GENESIS = b"ccp/genesis/v1\n"
#: How many letters a salt has: 16 bytes in hex.
_SALT = 32

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


#: An entry as it lies in the database: chain, seq, previous, hash, kind, subject, actor, instant as
#: the record spells it, and the bytes. A bare tuple, as drivers give it: a million are looked at.
Stored: TypeAlias = tuple[str, int, str, str, str, str, str | None, str, bytes]


class Why(StrEnum):
    """Say what does not fit about an entry."""

    MISSING = "missing"
    """Entries before it are gone, or it stands where another belongs."""
    UNTIED = "untied"
    """It names another predecessor than the entry before it."""
    CHANGED = "changed"
    """Its bytes are not those that were hashed."""
    MISTOLD = "mistold"
    """What is found by, its kind or its instant for example, differs from its bytes."""


def why_not(entry: Stored, expected: int, before: str) -> Why | None:
    """Return what does not fit about the entry that comes next in its chain, or None.

    `before` is the hash of the entry before it, or the genesis. The stored bytes are hashed,
    not made anew. Most of them begin and end as today's entries are written: comparing both ends
    with what is found by is ten times faster than reading the JSON between. Whatever looks
    different is read.
    """
    chain, seq, previous, stored, kind, subject, actor, at, body = entry
    if seq != expected:
        return Why.MISSING
    if previous != before:
        return Why.UNTIED
    if hashlib.sha256(_ENTRY + body).hexdigest() != stored:
        return Why.CHANGED
    said = f'"{actor}"' if actor is not None else "null"
    begin = f'{{"actor":{said},"at":"{at}","chain":"{chain}","facts":'.encode()
    middle = f',"kind":"{kind}","previous":"{previous}","salt":"'.encode()
    end = f'","schema":{SCHEMA},"seq":{seq},"subject":"{subject}"}}'.encode()
    salt = -len(end) - _SALT
    if body.startswith(begin) and body.endswith(end) and body[salt - len(middle):salt] == middle:
        return None
    return None if _reads(entry) else Why.MISTOLD


def _reads(entry: Stored) -> bool:
    chain, seq, previous, _hash, kind, subject, actor, at, body = entry
    try:
        told = json.loads(body)
    except ValueError:
        return False
    names = ("chain", "seq", "previous", "kind", "subject", "actor", "at")
    held = (chain, seq, previous, kind, subject, actor, at)
    return isinstance(told, dict) and tuple(told.get(name) for name in names) == held


@dataclass(frozen=True, slots=True)
class Break:
    """Say where a chain breaks and why; what comes after the first break is not examined.

    `seq` is 0 for a chain that has no entry at all.
    """

    chain_id: str
    seq: int
    why: Why


@dataclass(slots=True)
class Walk:
    """Hold how far one has come through all entries, by chain and number, and what was found.

    The end of a chain proves nothing by itself: that later entries are gone only shows where a
    checkpoint or a paper names them.
    """

    entries: int = 0
    chains: int = 0
    breaks: list[Break] = field(default_factory=list)
    _chain: str = ""
    _next: int = 0
    _previous: str = ""

    def take(self, stretch: Sequence[Stored]) -> None:
        """Examine the entries that come next."""
        chain, expected, previous = self._chain, self._next, self._previous
        for entry in stretch:
            if entry[0] != chain:
                chain, expected, previous = entry[0], 1, genesis(entry[0])
                self.chains += 1
            if not expected:
                continue  # The chain is broken further up.
            if (why := why_not(entry, expected, previous)) is not None:
                self.breaks.append(Break(chain, entry[1], why))
                expected = 0
                continue
            expected, previous = expected + 1, entry[3]
        self.entries += len(stretch)
        self._chain, self._next, self._previous = chain, expected, previous
