"""What system calls tell of a server: whether it waited for the disk before it answered."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePath

#: What is looked at: all by which SQLite writes, waits and commits, and an answer goes out.
CALLS = ("pwrite64", "write", "fsync", "fdatasync", "unlink", "ftruncate", "sendto", "sendmsg")
_LINE = re.compile(r"^(?P<pid>\d+) +(?:<\.\.\. (?P<resumed>\w+) resumed>"
                   r"|(?P<call>\w+)\((?P<rest>.*))")
_FILE = re.compile(r"^\d+<(?P<path>[^>]*)>")
_NAME = re.compile(r'^"(?P<path>[^"]*)"')
_SYNCS = ("fsync", "fdatasync")


def command(trace: str) -> list[str]:
    """Return the command under which a program leaves its trace in a file."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "32",
            "-e", f"trace={','.join(CALLS)}", "-e", "signal=none", "-o", trace]


@dataclass
class Trace:
    """Follow who wrote what, and count the answers that confirm something.

    `unsafe` are answers that were sent while something that their own thread had written was not
    on the disk; `idle` are those before which that thread had written nothing.
    """

    database: str
    acknowledged: int = 0
    syncs: int = 0
    unsafe: list[str] = field(default_factory=list)
    idle: int = 0
    _dirty: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _wrote: set[str] = field(default_factory=set)
    _waits: dict[str, str] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> Trace:
        """Read a whole trace, and return this."""
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue
            if found["resumed"]:
                self._resumed(found["pid"], found["resumed"])
            else:
                self._called(found["pid"], found["call"], found["rest"])
        return self

    def _called(self, pid: str, call: str, rest: str) -> None:
        path = _path(call, rest)
        if call in _SYNCS:
            if rest.endswith("<unfinished ...>"):
                self._waits[pid] = path
            else:
                self._synced(path)
        elif call in ("sendto", "sendmsg"):
            if '"HTTP/1.1 303' in rest:
                self._answered(pid)
        elif path.startswith(self.database) and not path.endswith("-shm"):
            if call == "unlink":
                # That a journal is gone is the commit of that mode, and stands in the folder.
                self._dirty[pid].discard(path)
                path = str(PurePath(path).parent)
            self._dirty[pid].add(path)
            self._wrote.add(pid)

    def _resumed(self, pid: str, call: str) -> None:
        if call in _SYNCS and pid in self._waits:
            self._synced(self._waits.pop(pid))

    def _synced(self, path: str) -> None:
        self.syncs += 1
        for dirty in self._dirty.values():
            dirty.discard(path)

    def _answered(self, pid: str) -> None:
        self.acknowledged += 1
        if pid not in self._wrote:
            self.idle += 1
        if self._dirty[pid]:
            self.unsafe.append(f"answered while not on the disk: {sorted(self._dirty[pid])}")
        self._dirty[pid].clear()
        self._wrote.discard(pid)


def _path(call: str, rest: str) -> str:
    found = (_NAME if call == "unlink" else _FILE).match(rest)
    return found["path"] if found else ""
