"""Walking the record: entries a second and core, and memory, for a short and a long one."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from portal import schema
from portal.ground.chance import new_id
from portal.ground.clock import SystemClock
from portal.ground.db import make_engine
from portal.ground.settings import Settings
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.ledger.models import Chain, Entry
from portal.ledger.policy import entry_bytes, entry_hash, genesis, instant
from portal.ledger.queries import walk
from tests.conftest import KEYS

MANY, FEW = 1_000_000, 50_000
#: So many entries have a chain, and so many chains are written at once.
_A_CHAIN, _BATCH = 200, 50
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def measure(many: int = MANY, few: int = FEW) -> dict[str, float]:
    """Return entries a second, and MiB at most (with Python and the portal itself), for both."""
    found = {}
    for name, count in (("few", few), ("many", many)):
        home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
        url = f"sqlite:///{home / 'record.db'}"
        engine = make_engine(url)
        schema.upgrade(engine)
        _fill(engine, count)
        engine.dispose()
        # In a process of its own: what filling took is no part of what walking takes.
        told = subprocess.run([sys.executable, "-m", "bench.record", url], check=True,
                              capture_output=True).stdout
        found |= {f"{name}_{key}": value for key, value in json.loads(told).items()}
    return found


def _fill(engine: Engine, count: int) -> None:
    practice = new_id()
    chains = [new_id() for _number in range(count // _A_CHAIN)]
    with engine.begin() as connection:
        connection.execute(insert(Chain), [
            {"id": chain, "practice_id": practice, "covers": "engagement"} for chain in chains])
        for begin in range(0, len(chains), _BATCH):
            connection.execute(insert(Entry), [
                row for chain in chains[begin:begin + _BATCH] for row in _entries(chain, practice)])


def _entries(chain: str, practice: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of one chain. One entry is spelled properly, all others after its pattern:
    spelling a million would take longer than all that is measured."""
    party, first = new_id(), genesis(chain)
    pattern = entry_bytes(
        chain, 1, first, at=_BEGAN, kind="version.signed", subject_id=party, actor_id=practice,
        facts={"signature": party, "party": party, "hash": "a" * 64, "manifest": "b" * 64},
        salt="c" * 32)
    previous = first
    for seq in range(1, _A_CHAIN + 1):
        at = _BEGAN + timedelta(seconds=seq)
        body = (pattern.replace(instant(_BEGAN).encode(), instant(at).encode())
                .replace(first.encode(), previous.encode())
                .replace(b'"seq":1,', f'"seq":{seq},'.encode()))
        hashed = entry_hash(body)
        yield {"id": new_id(), "practice_id": practice, "chain_id": chain, "seq": seq,
               "previous": previous, "hash": hashed, "kind": "version.signed", "subject_id": party,
               "actor_id": practice, "at": at, "body": body}
        previous = hashed


def _walk(url: str) -> None:
    """Walk the record in a database, and print what it took."""
    settings = Settings(instance_dir=Path.cwd(), database_url=url, base_url="http://127.0.0.1",
                        **KEYS)
    ground = make_ground(settings, SystemClock(), keep_notes, lambda *_any: None)
    with ground.work(writes=False) as work:
        start = time.process_time()
        *_before, told = walk(work)
        took = time.process_time() - start
    if told.breaks:
        raise SystemExit("the record of the bench is broken")
    print(json.dumps({"rate": told.entries / took,
                      "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    _walk(sys.argv[1])
