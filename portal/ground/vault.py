"""Secrets at rest: AES-256-GCM under data keys, which a master key outside the database wraps.

Each person, engagement and practice has a data key (Z18). Every ciphertext is bound to its
table, row and column (AAD), so that a value copied elsewhere does not open. Destroying the
row of a data key erases what it covered and leaves the evidence of hashes whole.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground import chance
from portal.ground.db import Base, Id, Instant
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.orm import Session

_FORMAT = b"\x01"
_NONCE = 12


class CannotOpen(PortalError):
    """Say that a value cannot be read: its key is gone, or it was moved or changed."""


class DataKey(Base):
    """A wrapped key of one person, engagement or practice; without it all under it is noise."""

    __tablename__ = "data_key"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(index=True)
    covers: Mapped[str] = mapped_column(String(16))
    master_id: Mapped[str] = mapped_column(String(16))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


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


class Vault:
    """Hold the master keys; the first wraps, all of them unwrap (rotation)."""

    def __init__(self, masters: tuple[str, ...]) -> None:
        """Take base64 texts of 32 bytes, newest first."""
        raw = [base64.b64decode(master) for master in masters]
        self._masters = {hashlib.sha256(r).hexdigest()[:16]: AESGCM(r) for r in raw}
        self._newest = next(iter(self._masters))
        self._print_key = hmac.digest(raw[-1], b"portal/fingerprint", "sha256")

    def new_key(self, practice_id: str, covers: str, now: datetime) -> DataKey:
        """Return a fresh data key, wrapped; the caller adds the row."""
        key_id = chance.new_id()
        wrapped = _lock(self._masters[self._newest], chance.secret_bytes(32), f"data_key/{key_id}")
        return DataKey(id=key_id, practice_id=practice_id, covers=covers,
                       master_id=self._newest, wrapped=wrapped, created_at=now)

    def unwrap(self, key_id: str, master_id: str, wrapped: bytes) -> AESGCM:
        """Return the usable key of a row; raises `CannotOpen` when its master is not here."""
        master = self._masters.get(master_id)
        if master is None:
            raise CannotOpen("the master key of this value is not configured")
        return AESGCM(_unlock(master, wrapped, f"data_key/{key_id}"))

    def lock_outside(self, text: bytes, place: str) -> bytes:
        """Encrypt something that belongs to the installation itself (the seal's key)."""
        return self._newest.encode() + _lock(self._masters[self._newest], text, place)

    def unlock_outside(self, blob: bytes, place: str) -> bytes:
        """Decrypt what `lock_outside` made."""
        master = self._masters.get(blob[:16].decode("ascii", "replace"))
        if master is None:
            raise CannotOpen("the master key of this value is not configured")
        return _unlock(master, blob[16:], place)

    def fingerprint(self, text: str, place: str) -> str:
        """Return a keyed digest, to find a value again without storing it in clear."""
        return hmac.digest(self._print_key, f"{place}\n{text}".encode(), "sha256").hex()


class OpenVault:
    """Read and write encrypted columns within one unit of work."""

    def __init__(self, vault: Vault, session: Session) -> None:
        """Bind the vault to a session; unwrapped keys live no longer than the unit."""
        self._vault = vault
        self._session = session
        self._keys: dict[str, AESGCM] = {}

    def new_key(self, practice_id: str, covers: str, now: datetime) -> str:
        """Make a data key in this transaction and return its id."""
        row = self._vault.new_key(practice_id, covers, now)
        self._session.add(row)
        self._keys[row.id] = self._vault.unwrap(row.id, row.master_id, row.wrapped)
        return row.id

    def destroy(self, key_id: str) -> None:
        """Let nobody read again what a data key covered (Z18)."""
        self._keys.pop(key_id, None)
        self._session.execute(delete(DataKey).where(DataKey.id == key_id))

    def fetch(self, key_ids: Iterable[str]) -> None:
        """Load many keys with one query, so that a list does not ask once a row."""
        wanted = {key_id for key_id in key_ids if key_id not in self._keys}
        if wanted:
            for key_id, master_id, wrapped in self._session.execute(_KEYS, {"ids": list(wanted)}):
                self._keys[key_id] = self._vault.unwrap(key_id, master_id, wrapped)

    def lock(self, key_id: str, place: str, text: bytes) -> bytes:
        """Encrypt for `place` (table/row/column); the same text never gives the same bytes."""
        return _lock(self._key(key_id), text, place)

    def unlock(self, key_id: str, place: str, blob: bytes) -> bytes:
        """Decrypt; raises `CannotOpen` for a destroyed key or a value from elsewhere."""
        return _unlock(self._key(key_id), blob, place)

    def _key(self, key_id: str) -> AESGCM:
        if key_id not in self._keys:
            self.fetch([key_id])
        if key_id not in self._keys:
            raise CannotOpen("the key was destroyed")
        return self._keys[key_id]
