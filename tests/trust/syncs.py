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
_OFFSET = re.compile(r", (?P<offset>\d+)(?:\)| <unfinished)")
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

    Where there is a write-ahead log, a commit is what stands in the log. Pages are moved from it
    into the database by a checkpoint, which leaves them to the system while a reader holds it up:
    they are still in the log. So they are `_moved` and block no answer, but it is unsafe to begin
    the log anew before they are on the disk.
    """

    database: str
    acknowledged: int = 0
    syncs: int = 0
    unsafe: list[str] = field(default_factory=list)
    idle: int = 0
    _dirty: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _wrote: set[str] = field(default_factory=set)
    _logged: bool = False
    _moved: bool = False
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
            self._written(pid, path, rest)

    def _written(self, pid: str, path: str, rest: str) -> None:
        if path.endswith("-wal"):
            self._logged = True
            if self._moved and _begins(rest):
                self.unsafe.append("the log begun anew before its pages were on the disk")
        elif path == self.database and self._logged:
            self._moved = True
            return
        self._dirty[pid].add(path)
        self._wrote.add(pid)

    def _resumed(self, pid: str, call: str) -> None:
        if call in _SYNCS and pid in self._waits:
            self._synced(self._waits.pop(pid))

    def _synced(self, path: str) -> None:
        self.syncs += 1
        if path == self.database:
            self._moved = False
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


def _begins(rest: str) -> bool:
    found = _OFFSET.search(rest)
    return found is not None and found["offset"] == "0"


def _path(call: str, rest: str) -> str:
    found = (_NAME if call == "unlink" else _FILE).match(rest)
    return found["path"] if found else ""
