"""Secrets at rest: AES-256-GCM under data keys, which a master key outside the database wraps.

Each person, engagement and practice has a data key (Z18). Every ciphertext is bound to its
table, row and column (AAD), so that a value copied elsewhere does not open. Destroying a
data key erases what it covered and leaves the evidence of hashes whole.

The installation has a key of its own in the same table, from its first rotation on: digests by
which things are found are made with it, so that they outlive every master key. The master key
that wraps it is the one in use.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground import chance
from portal.ground.db import Base, Id, Instant
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

#: The row of the installation's own key.
OWN = "portal"
_FORMAT = b"\x01"
_NONCE = 12


class CannotOpen(PortalError):
    """Say that a value cannot be read: its key is gone, or it was moved or changed."""


class Erased(CannotOpen):
    """Say that a value is gone for good: its key was destroyed (Z18)."""


class DataKey(Base):
    """A wrapped key of one person, engagement or practice; without it all under it is noise.

    `wrapped_at` is when a rotation wrapped it anew, empty while it is under its first master.
    A key that is destroyed keeps its row, which evidence names, and nothing in it.
    """

    __tablename__ = "data_key"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(index=True)
    covers: Mapped[str] = mapped_column(String(16))
    master_id: Mapped[str] = mapped_column(String(16))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    wrapped_at: Mapped[Instant | None]
    destroyed_at: Mapped[Instant | None]


# A rotation changes this row first, and waits for whoever reads it here.
_IN_USE = select(DataKey.master_id).where(DataKey.id == OWN).with_for_update(read=True)
_KEYS = select(DataKey.id, DataKey.master_id, DataKey.wrapped).where(
    DataKey.id.in_(bindparam("ids", expanding=True)))


def _lock(key: AESGCM, text: bytes, place: str) -> bytes:
    nonce = chance.secret_bytes(_NONCE)
    return _FORMAT + nonce + key.encrypt(nonce, text, place.encode())


def _unlock(key: AESGCM, blob: bytes, place: str) -> bytes:
    if blob[:1] != _FORMAT:
        raise CannotOpen("unknown format")
    try:
        return key.decrypt(blob[1 : 1 + _NONCE], blob[1 + _NONCE :], place.encode())
    except InvalidTag as wrong:
        raise CannotOpen("the value does not belong here") from wrong


class Box:
    """Encrypt what is given away and comes back: the first key locks, all of them open."""

    def __init__(self, keys: Iterable[str], place: str) -> None:
        """Take long random texts, newest first, and what they are used for here."""
        self._place = place
        self._keys = [AESGCM(hmac.digest(key.encode(), f"portal/{place}".encode(), "sha256"))
                      for key in keys]

    def lock(self, text: bytes) -> bytes:
        """Return bytes that nobody else can read or change."""
        return _lock(self._keys[0], text, self._place)

    def open(self, blob: bytes) -> bytes:
        """Return what was locked; raises `CannotOpen` for anything else."""
        for key in self._keys:
            with suppress(CannotOpen):
                return _unlock(key, blob, self._place)
        raise CannotOpen("locked by nobody here")


class Vault:
    """Hold the master keys: one wraps, all of them unwrap (rotation)."""

    def __init__(
        self, masters: tuple[str, ...], again: Callable[[], tuple[str, ...]] = tuple
    ) -> None:
        """Take base64 texts of 32 bytes, newest first; `again` reads them anew when a data key
        is met that a rotation has wrapped since."""
        raw = [base64.b64decode(master) for master in masters]
        self._masters = {_id_of(r): AESGCM(r) for r in raw}
        self._again = again
        self.newest = _id_of(raw[0])
        self.derived = hmac.digest(raw[-1], b"portal/fingerprint", "sha256")
        self.own: bytes | None = None

    def new_key(
        self, practice_id: str, covers: str, now: datetime, under: str | None = None
    ) -> DataKey:
        """Return a fresh data key, wrapped by the master `under`; the caller adds the row."""
        key_id = chance.new_id()
        return self.wrap(key_id, practice_id, covers, chance.secret_bytes(32), now,
                         under or self.newest)

    def wrap(
        self, key_id: str, practice_id: str, covers: str, raw: bytes, now: datetime, under: str
    ) -> DataKey:
        """Return the row of a data key that is made of `raw`."""
        wrapped = _lock(self._master(under), raw, f"data_key/{key_id}")
        return DataKey(id=key_id, practice_id=practice_id, covers=covers, master_id=under,
                       wrapped=wrapped, created_at=now)

    def unwrap(self, key_id: str, master_id: str, wrapped: bytes) -> AESGCM:
        """Return the usable key of a row; raises `CannotOpen` when its master is not here."""
        return AESGCM(self.bare(key_id, master_id, wrapped))

    def bare(self, key_id: str, master_id: str, wrapped: bytes) -> bytes:
        """Return the bytes of a data key; raises `CannotOpen` when its master is not here."""
        return _unlock(self._master(master_id), wrapped, f"data_key/{key_id}")

    def wrap_anew(self, key_id: str, master_id: str, wrapped: bytes) -> bytes:
        """Return the same data key wrapped by the newest master."""
        raw = self.bare(key_id, master_id, wrapped)
        return _lock(self._masters[self.newest], raw, f"data_key/{key_id}")

    def holds(self, master_id: str) -> bool:
        """Tell whether a master key is here."""
        return master_id in self._masters

    def unlock_of_before(self, blob: bytes, place: str) -> bytes:
        """Decrypt what an earlier portal encrypted outside of everybody's keys, under a master."""
        return _unlock(self._master(blob[:16].decode("ascii", "replace")), blob[16:], place)

    def _master(self, master_id: str) -> AESGCM:
        if master_id not in self._masters:
            found = {_id_of(r): AESGCM(r) for r in map(base64.b64decode, self._again())}
            if master_id not in found:
                raise CannotOpen("the master key of this value is not configured")
            self._masters = found | self._masters
        return self._masters[master_id]


def _id_of(master: bytes) -> str:
    return hashlib.sha256(master).hexdigest()[:16]


class OpenVault:
    """Read and write encrypted columns within one unit of work."""

    def __init__(self, vault: Vault, session: Session) -> None:
        """Bind the vault to a session; unwrapped keys live no longer than the unit.

        A key that was destroyed stands there as None.
        """
        self._vault = vault
        self._session = session
        self._keys: dict[str, AESGCM | None] = {}

    def new_key(self, practice_id: str, covers: str, now: datetime) -> str:
        """Make a data key in this transaction and return its id.

        It is wrapped by the master key in use, which may be newer than what this process began
        with: so no key is made under one that a rotation has left behind.
        """
        row = self._vault.new_key(practice_id, covers, now, self._session.scalar(_IN_USE))
        self._session.add(row)
        self._keys[row.id] = self._vault.unwrap(row.id, row.master_id, row.wrapped)
        return row.id

    def forget(self, key_id: str) -> None:
        """Remove a data key that no row names any more."""
        self._keys.pop(key_id, None)
        self._session.execute(delete(DataKey).where(DataKey.id == key_id))

    def destroy(self, key_id: str, now: datetime) -> None:
        """Let nobody read again what a data key covered (Z18). Its row stays, for evidence that
        nobody can change names it; nothing is in it."""
        self._keys[key_id] = None
        self._session.execute(
            update(DataKey).where(DataKey.id == key_id, DataKey.destroyed_at.is_(None))
            .values(wrapped=b"", master_id="", destroyed_at=now))

    def is_gone(self, key_id: str) -> bool:
        """Tell whether nothing can be read any more of what a data key covered."""
        self.fetch([key_id])
        return self._keys.get(key_id) is None

    def fetch(self, key_ids: Iterable[str]) -> None:
        """Load many keys with one query, so that a list does not ask once a row."""
        wanted = {key_id for key_id in key_ids if key_id not in self._keys}
        if wanted:
            for key_id, master_id, wrapped in self._session.execute(_KEYS, {"ids": list(wanted)}):
                self._keys[key_id] = (
                    self._vault.unwrap(key_id, master_id, wrapped) if wrapped else None)

    def lock(self, key_id: str, place: str, text: bytes) -> bytes:
        """Encrypt for `place` (table/row/column); the same text never gives the same bytes."""
        return _lock(self._key(key_id), text, place)

    def unlock(self, key_id: str, place: str, blob: bytes) -> bytes:
        """Decrypt; raises `Erased` for a destroyed key, `CannotOpen` for a value from elsewhere."""
        return _unlock(self._key(key_id), blob, place)

    def lock_outside(self, text: bytes, place: str) -> bytes:
        """Encrypt something that belongs to no person, engagement or practice."""
        return _lock(self._outside(), text, place)

    def unlock_outside(self, blob: bytes, place: str) -> bytes:
        """Decrypt what `lock_outside` made; raises `CannotOpen` for anything else."""
        if blob[:1] != _FORMAT:
            return self._vault.unlock_of_before(blob, place)
        return _unlock(self._outside(), blob, place)

    def fingerprint(self, text: str, place: str) -> str:
        """Return a keyed digest, to find a value again without storing it in clear."""
        return hmac.digest(self._own(), f"{place}\n{text}".encode(), "sha256").hex()

    def _outside(self) -> AESGCM:
        return AESGCM(hmac.digest(self._own(), b"portal/outside", "sha256"))

    def _own(self) -> bytes:
        """Return the installation's own key, read once a process. Before the first rotation there
        is none in the database: it is the one that the oldest master gives, and it stays that."""
        if self._vault.own is None:
            row = self._session.execute(_KEYS, {"ids": [OWN]}).first()
            self._vault.own = self._vault.derived if row is None else self._vault.bare(*row)
        return self._vault.own

    def _key(self, key_id: str) -> AESGCM:
        self.fetch([key_id])
        key = self._keys.get(key_id)
        if key is None:
            raise Erased("the key was destroyed")
        return key
