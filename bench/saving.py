"""Taking a backup, and examining one as a restore does: rows a second and core."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.record import _fill
from portal import schema
from portal.backup.making import take
from portal.backup.reading import opened
from portal.backup.restoring import look
from portal.desk.actions import keep_board
from portal.ground.agefile import Key, Lock, new_key
from portal.ground.clock import SystemClock
from portal.ground.settings import Settings
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from tests.conftest import KEYS

ROWS = 100_000


def measure(rows: int = ROWS) -> dict[str, float]:
    """Return rows a second and core of taking and of examining, and the megabytes a second of the
    database's file that the first of them is."""
    home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    ground = make_ground(
        Settings(instance_dir=home, database_url=f"sqlite:///{home / 'portal.db'}", **KEYS),
        SystemClock(), keep_notes, keep_board)
    schema.upgrade(ground.engine)
    _fill(ground.engine, rows)
    key, public = new_key()
    begun = time.process_time()
    taken = take(ground, home / "a.backup", Lock(recipients=(public,)), bar=_quiet)
    took = time.process_time() - begun
    begun = time.process_time()
    with opened(home / "a.backup", Key(identities=(key,)), home) as reading:
        assert not look(reading, ground, home, _quiet).faults
    looked = time.process_time() - begun
    size = (home / "portal.db").stat().st_size / 1e6
    ground.engine.dispose()
    return {"take": taken.about.rows / took, "look": taken.about.rows / looked,
            "megabytes": size / took}


@contextmanager
def _quiet(_length: int, _what: str = "") -> Iterator[Any]:
    yield lambda _count: None


if __name__ == "__main__":
    print(measure())
