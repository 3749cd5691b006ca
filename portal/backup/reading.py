"""Reading a backup: decrypted into a file without a name, then member by member."""

from __future__ import annotations

import tarfile
import tempfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from portal.backup import policy
from portal.backup.policy import About, BadBackup, Manifest
from portal.ground import agefile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: No member that a portal writes is as long as this (bytes).
_LONGEST = 1 << 28


class Reading:
    """Go through a backup once: what stands at the beginning, its tables, what stands at the end.

    `manifest` is there once all tables were gone through.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Take the decrypted file; raises `BadBackup` for one that begins otherwise."""
        try:
            # The tar is bound to its file, which outlives it here.
            self._tar = tarfile.open(fileobj=file, mode="r|gz")  # noqa: SIM115
        except (tarfile.TarError, zlib.error, EOFError, OSError) as wrong:
            raise BadBackup("what is in it is no archive") from wrong
        self.about = About.read(self._named(policy.ABOUT))
        self.keys = self._named(policy.KEYS) if self.about.keys else None
        self.manifest: Manifest | None = None

    def _named(self, wanted: str) -> bytes:
        name, body = self._next()
        if name != wanted:
            raise BadBackup(f"{wanted} does not stand where it has to")
        return body

    def _next(self) -> tuple[str, bytes]:
        try:
            entry = self._tar.next()
            file = self._tar.extractfile(entry) if entry is not None else None
            if entry is None or file is None or entry.size > _LONGEST:
                raise BadBackup("it ends before its end, or holds what no portal writes")
            return entry.name, file.read()
        except (tarfile.TarError, zlib.error, EOFError, OSError) as wrong:
            raise BadBackup("its archive is damaged") from wrong

    def tables(self) -> Iterator[tuple[str, bytes]]:
        """Yield the parts of all tables in order, each with the name of its table."""
        before = ("", 0)
        while True:
            name, body = self._next()
            if name == policy.MANIFEST:
                self.manifest = Manifest.read(body)
                return
            part = policy.table_of(name)
            if part is None or part[0] not in self.about.tables:
                raise BadBackup("it holds what no portal writes")
            if part[1] != (before[1] + 1 if part[0] == before[0] else 1):
                raise BadBackup("a part of a table is missing")
            before = part
            yield part[0], body


@contextmanager
def opened(path: Path, key: agefile.Key, folder: Path | None) -> Iterator[Reading]:
    """Give a backup to be read, decrypted into a file without a name in a folder.

    Raises `CannotOpen` where the key does not fit or the file is not whole, `BadBackup` where
    what is in it is no backup, and `OSError` where there is no such file.
    """
    with path.open("rb") as file, tempfile.TemporaryFile(dir=folder) as plain:
        agefile.unlock(file, plain, key)
        plain.seek(0)
        yield Reading(plain)
