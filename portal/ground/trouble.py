"""What a process stands on and cannot mend itself: which part is out of order, in a word.

Each word goes into the log and into `/readyz`; neither ever says what was being read or written.
"""

from __future__ import annotations

import errno
import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from portal.ground.vault import CannotOpen, Erased
from portal.plain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

log = logging.getLogger("portal.trouble")


class Part(StrEnum):
    """Name what is out of order."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    UNREACHABLE = "unreachable"
    """The database does not answer, or broke off."""
    BUSY = "busy"
    """Another writer held the database for longer than a request waits."""
    CONNECTIONS = "connections"
    """All connections to the database are in use."""
    DAMAGED = "damaged"
    """A value does not open, or a text is not the one that was hashed."""
    TEMPLATE = "template"
    """A file of the portal's own pages is missing or broken."""
    CLOCK = "clock"
    """The machine's clock stands behind what was recorded."""
    OVERLOAD = "overload"
    """More was asked for at once than can be answered."""


#: What the database itself is about: over with the next thing that is written.
OF_DATABASE: Final = frozenset({Part.DISK_FULL, Part.READ_ONLY, Part.UNREACHABLE, Part.BUSY,
                                Part.CONNECTIONS})
#: What is over as soon as something can be read.
_OF_READING: Final = frozenset({Part.UNREACHABLE, Part.CONNECTIONS})
#: For so long is told what was met and not seen to be over.
TOLD_FOR: Final = timedelta(minutes=5)

#: SQLite's primary result codes (sqlite.org/rescode.html).
_SQLITE = {5: Part.BUSY, 6: Part.BUSY, 8: Part.READ_ONLY, 10: Part.UNREACHABLE, 13: Part.DISK_FULL,
           14: Part.UNREACHABLE, 11: Part.DAMAGED, 26: Part.DAMAGED}
#: Extended ones that say more: the index of the write-ahead log finds no room to grow.
_SQLITE_MORE = {4874: Part.DISK_FULL, 5386: Part.DISK_FULL}
#: Classes and codes of SQLSTATE (PostgreSQL, appendix A), the longest that fits.
_POSTGRESQL = {
    "08": Part.UNREACHABLE, "25006": Part.READ_ONLY, "40001": Part.BUSY, "40P01": Part.BUSY,
    "53100": Part.DISK_FULL, "53200": Part.BUSY, "53300": Part.CONNECTIONS, "55P03": Part.BUSY,
    "57P01": Part.UNREACHABLE, "57P02": Part.UNREACHABLE, "57P03": Part.UNREACHABLE,
    "58": Part.UNREACHABLE, "XX001": Part.DAMAGED, "XX002": Part.DAMAGED,
}


def part_of(error: BaseException) -> Part | None:
    """Return which part an error says is out of order, or None for one that is our own mistake."""
    if isinstance(error, Unavailable):
        return Part(error.part)
    if isinstance(error, CannotOpen):
        return None if isinstance(error, Erased) else Part.DAMAGED
    if isinstance(error, PoolTimeout):
        return Part.CONNECTIONS
    if isinstance(error, DBAPIError):
        return _of_driver(error.orig, broke_off=error.connection_invalidated)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Part.DISK_FULL
    return None


def _of_driver(error: Any, *, broke_off: bool) -> Part | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE_MORE.get(code) or _SQLITE.get(code & 0xFF)
    state = getattr(error, "sqlstate", None) or ""
    for told in (state, state[:2]):
        if told in _POSTGRESQL:
            return _POSTGRESQL[told]
    # A server that is away says nothing at all.
    is_away = not state and type(error).__name__ == "OperationalError"
    return Part.UNREACHABLE if broke_off or is_away else None


class Troubles:
    """Remember what this process met, and when, until it is seen to be over."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._met: dict[Part, datetime] = {}

    def met(self, part: Part, at: datetime) -> None:
        """Write down, and into the log, that a part is out of order."""
        self._met[part] = at
        log.error("out of order: %s", part)

    def over(self, *, written: bool) -> None:
        """Forget what cannot be out of order any more: something was read, or even written."""
        if self._met:
            self._forget(OF_DATABASE if written else _OF_READING)

    def _forget(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if self._met.pop(part, None) is not None:
                log.warning("in order again: %s", part)

    def now(self, at: datetime) -> list[Part]:
        """Return what is out of order as far as this process knows, in the order of the names."""
        return sorted(part for part, when in self._met.copy().items()
                      if abs(at - when) < TOLD_FOR)
