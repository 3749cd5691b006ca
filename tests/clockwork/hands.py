"""Workers for tests: real processes, forked off one that has loaded the portal already.

Each is what `portal worker` runs, with a clock that goes faster than the machine's, handed in at
the door: so the lease of a killed worker runs out after seconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from portal.ground.clock import SystemClock
from portal.ground.settings import Settings

ROOT = Path(__file__).parents[2]


class QuickClock:
    """Begin at an instant when the machine's clock is at another, and run so many times as fast."""

    def __init__(self, begin: datetime, since: datetime, speed: int) -> None:
        self._begin, self._since, self._speed = begin, since, speed

    def now(self) -> datetime:
        return self._begin + (SystemClock().now() - self._since) * self._speed

    def told(self) -> tuple[str, str, int]:
        """Return what another process makes the same clock of."""
        return self._begin.isoformat(), self._since.isoformat(), self._speed


class Hands:
    """Hold the process from which workers are forked, and the workers that live."""

    def __init__(self, parent: subprocess.Popen[bytes]) -> None:
        assert parent.stdin is not None
        assert parent.stdout is not None
        self._says: IO[bytes] = parent.stdin
        self._hears: IO[bytes] = parent.stdout
        self.alive: list[int] = []

    def another(self) -> int:
        """Begin one more worker, and return its process id."""
        self._says.write(b"\n")
        self._says.flush()
        pid = int(self._hears.readline())
        self.alive.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """End a worker as the machine does that runs out of memory."""
        self.alive.remove(pid)
        os.kill(pid, signal.SIGKILL)


@contextmanager
def hands(settings: Settings, begin: datetime, speed: int) -> Iterator[Hands]:
    """Give a place where workers come from, whose clocks begin at an instant now; none of them
    outlives the block."""
    told = {"database_url": settings.database_url, "smtp_url": settings.smtp_url,
            "instance_dir": str(settings.instance_dir), "secret_key": settings.secret_key,
            "link_key": settings.link_key, "master_key": settings.master_key,
            "base_url": settings.base_url}
    with subprocess.Popen(
            [sys.executable, "-m", "tests.clockwork.hands", json.dumps(told), begin.isoformat(),
             SystemClock().now().isoformat(), str(speed)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as parent:
        made = Hands(parent)
        try:
            yield made
        finally:
            for pid in made.alive:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            parent.kill()


def who_holds(port: int, pids: list[int]) -> int | None:
    """Return which process talks from a port of this machine (Linux)."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inodes = {f"socket:[{line.split()[9]}]" for line in lines
              if int(line.split()[1].split(":")[1], 16) == port}
    for pid in pids:
        with suppress(OSError):
            for file in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if str(file.readlink()) in inodes:
                        return pid
    return None


def _work(told: dict[str, Any], clock: QuickClock) -> None:
    from portal.desk.actions import keep_board
    from portal.ground.work import make_ground
    from portal.ledger.actions import keep_notes
    from portal.worker import run

    settings = Settings(**{**told, "instance_dir": Path(told["instance_dir"])}, tick_seconds=1)
    run(make_ground(settings, clock, keep_notes, keep_board), lambda: None)


def _main() -> None:
    import apscheduler.executors.pool
    import apscheduler.schedulers.background

    import portal.worker

    assert apscheduler
    assert portal.worker
    told, begin, since = json.loads(sys.argv[1]), *map(datetime.fromisoformat, sys.argv[2:4])
    clock = QuickClock(begin, since, int(sys.argv[4]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _work(told, clock)
            os._exit(0)
        print(pid, flush=True)  # noqa: T201 - this is how the test hears of it


if __name__ == "__main__":
    _main()
