"""Backups taken while others write, and restores that are killed: a drill, over and over.

The suite drills twice. `make soak` drills twenty times on both databases.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest
from sqlalchemy import select

from portal.backup.reading import opened
from portal.backup.restoring import look
from portal.backup.scratch import load
from portal.ground.chance import new_id
from portal.ground.work import Ground
from portal.ledger.actions import record
from portal.ledger.models import Entry
from tests.backup import stage
from tests.backup.conftest import House
from tests.backup.stage import KEY, quiet
from tests.builders import World, conclude
from tests.conftest import KEYS

pytestmark = pytest.mark.alters_schema

ROUNDS = int(os.environ.get("PORTAL_TEST_DRILLS", "2"))
WRITERS = 2
SEED = 21


@contextmanager
def writing(world: World) -> Iterator[list[str]]:
    """Let two threads write into the record of an engagement and of its practice until the block
    ends; the ids of what was committed, in the order in which that was known."""
    acknowledged: list[str] = []
    stop = Event()

    def write(chain_id: str) -> None:
        practice_id = world.ids["ana.practice"]
        while not stop.is_set():
            subject = new_id()
            with world.ground.work(writes=True) as work:
                record(work, chain_id, "checkpoint.due", subject, practice_id=practice_id)
            acknowledged.append(subject)
            time.sleep(0.01)

    threads = [Thread(target=write, args=(world.ids[key],))
               for key in ("engagement", "ana.practice")[:WRITERS]]
    for one in threads:
        one.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for one in threads:
            one.join()


def until(acknowledged: list[str], count: int) -> None:
    while len(acknowledged) < count:
        time.sleep(0.001)


def subjects(ground: Ground) -> set[str]:
    with ground.work(writes=False) as work:
        return set(work.session.scalars(select(Entry.subject_id)))


def test_21_holds_everything_that_was_acknowledged_before_it_began(
    world: World, tmp_path: Path,
) -> None:
    conclude(world)
    complete = 0
    with writing(world) as acknowledged:
        for number in range(ROUNDS):
            until(acknowledged, 10 * (number + 1))
            before = set(acknowledged)
            file = tmp_path / f"{number}.backup"
            stage.back_up(world.ground, file)
            there = stage.ground_on(f"sqlite:///{tmp_path / f'{number}.db'}", tmp_path)
            with opened(file, KEY, None) as reading:
                assert not look(reading, there, tmp_path, quiet).faults
            with opened(file, KEY, None) as reading:
                load(reading, there.engine, lambda _count: None)
            complete += before <= subjects(there)
            there.engine.dispose()
    assert complete == ROUNDS
    assert set(acknowledged) <= subjects(world.ground)


@pytest.mark.once
@pytest.mark.needs("pysqlite3")
def test_21_sees_what_a_copied_file_lacks(world: World, tmp_path: Path) -> None:
    """The proof that this drill can see a loss: what was committed last stands in the log beside
    the database until a checkpoint comes."""
    conclude(world)
    with writing(world) as acknowledged:
        until(acknowledged, 20)
        before = set(acknowledged)
        (tmp_path / "copy").mkdir()
        shutil.copy(world.ground.engine.url.database or "", tmp_path / "copy" / "portal.db")
    there = stage.ground_on(f"sqlite:///{tmp_path / 'copy' / 'portal.db'}", tmp_path)
    assert not before <= subjects(there)
    there.engine.dispose()


def test_leaves_one_database_or_the_other_when_it_is_killed(
    house: House, database_url: str, tmp_path: Path,
) -> None:
    """Killed at a moment that follows from a seed, anywhere from the first row to the last."""
    here, draw = stage.ground_on(database_url, tmp_path), Random(SEED)
    before = stage.rows(here.engine)
    (tmp_path / "key").write_text(stage.IDENTITY)
    took, replaced = _restore(here, house.file, tmp_path, None), 0
    assert _is_restored(here, house)
    for _ in range(ROUNDS - 1):
        _restore(here, house.file, tmp_path, took * draw.random())
        replaced += _is_restored(here, house) or stage.rows(here.engine) == before
        here.engine.dispose()
    assert replaced == ROUNDS - 1
    _restore(here, house.file, tmp_path, None)
    assert _is_restored(here, house)
    here.engine.dispose()
    assert not list(tmp_path.glob(".portal.db*"))


def _is_restored(here: Ground, house: House) -> bool:
    told = set(stage.rows(here.engine)["ledger_entry"]) >= set(house.rows["ledger_entry"])
    here.engine.dispose()
    return told


def _restore(here: Ground, file: Path, home: Path, kill_after: float | None) -> float:
    """Run the command, killed after so many seconds from its first row on; returns how many it
    took."""
    here.engine.dispose()
    with subprocess.Popen(
            [sys.executable, "-m", "portal", "restore", str(file), "--key-file",
             str(home / "key"), "--yes"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**{name: value for name, value in os.environ.items()
                    if not name.startswith("PORTAL_")},
                 "PORTAL_INSTANCE_DIR": str(home),
                 "PORTAL_DATABASE_URL": here.settings.database_url,
                 **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}}) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"Rows put into")
        begun = time.monotonic()
        if kill_after is None:
            assert process.wait() == 0
        else:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
            process.wait()
        return time.monotonic() - begun
