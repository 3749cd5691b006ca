"""What somebody looks for, kept out of addresses: a name there would stand in every log."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from portal.ground.vault import CannotOpen

if TYPE_CHECKING:
    from portal.ground.work import Work

#: So many letters are looked for.
MOST = 80


def seal_words(work: Work, practice_id: str, text: str) -> str:
    """Return what somebody typed in a form that an address can carry and nobody else can read."""
    if not text:
        return ""
    blob = work.vault.lock_outside(text[:MOST].encode(), f"find/{practice_id}")
    return base64.urlsafe_b64encode(blob).decode().rstrip("=")


def open_words(work: Work, practice_id: str, sealed: str) -> str:
    """Return what was typed; nothing for what this practice has not sealed."""
    try:
        blob = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return work.vault.unlock_outside(blob, f"find/{practice_id}").decode()
    except (CannotOpen, binascii.Error, ValueError):
        return ""
