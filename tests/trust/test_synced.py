"""No signature is confirmed before it is on the disk: shown by the system calls of a server.

A kill does not show this, for what a process has written the system keeps. So a server answers
under `strace`, and of each thread it is asked whether everything that it had written lay on the
disk when it sent a confirmation. With a database that waits less it must not lie there: else the
trace would show nothing.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.builders import World
from tests.trust.mortal import cradle
from tests.trust.siege import PATIENCE, Story, siege
from tests.trust.syncs import Trace, command
from tests.trust.town import build

#: So many confirmations are looked at.
MOST = int(os.environ.get("PORTAL_TEST_SYNCS", "16"))
#: In so many of them a planted fault shows.
ENOUGH = 16
SEED = 20261126
_PLAN = (("sign", "take_whole"),)


def traced(
    world: World, folder: Path, wound: str = "", without: tuple[str, ...] = (), most: int = MOST
) -> Trace:
    """Let people act until so many confirmations went out, and read what the server did."""
    trace, story = folder / "trace", Story()
    with cradle(folder / "log", under=command(str(trace)), without=without) as place, siege(
            world, build(world, 2 + most // 2, _PLAN), place, story, SEED, wound=wound,
            hands=0) as made:
        made.rise()
        end = time.monotonic() + 3 * PATIENCE + most
        while not made.idle and time.monotonic() < end:
            time.sleep(0.05)
        assert made.idle
    database = world.ground.settings.database_url.removeprefix("sqlite:///")
    with trace.open() as lines:
        return Trace(database).read(lines)


@pytest.mark.once
@pytest.mark.needs("strace")
@pytest.mark.parametrize("without", [(), ("pysqlite3",)], ids=["wal", "rollback-journal"])
def test_confirms_nothing_that_is_not_on_the_disk(
    without: tuple[str, ...], world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = traced(world, tmp_path, without=without)
    with capsys.disabled():
        sys.stdout.write(f"\n{trace.acknowledged} confirmations, {trace.syncs} syncs, "
                         f"{len(trace.unsafe)} unsafe, {trace.idle} without a write\n")
    assert trace.unsafe == []
    assert trace.acknowledged >= MOST
    assert trace.idle < trace.acknowledged / 2


@pytest.mark.once
@pytest.mark.needs("strace")
@pytest.mark.parametrize("wound", ["waits_for_no_disk", "waits_at_checkpoints_only"])
def test_sees_a_database_that_does_not_wait(wound: str, world: World, tmp_path: Path) -> None:
    trace = traced(world, tmp_path, wound, most=ENOUGH)
    assert len(trace.unsafe) > trace.acknowledged / 3


_LOG = 'pwrite64(5</d/portal.db-wal>, "", 4096, {offset}) = 4096'
_PAGE = 'pwrite64(4</d/portal.db>, "", 4096, 8192) = 4096'
_ANSWER = 'sendto(9<socket:[1]>, "HTTP/1.1 303 SEE OTHER", 22) = 22'


def _read(*calls: str) -> Trace:
    return Trace("/d/portal.db").read(f"7 {call}\n" for call in calls)


def test_a_checkpoint_that_a_reader_holds_up_is_in_the_log_still() -> None:
    held_up = (_LOG.format(offset=4152), "fdatasync(5</d/portal.db-wal>) = 0", _PAGE, _ANSWER)
    assert _read(*held_up).unsafe == []
    assert len(_read(*held_up, _LOG.format(offset=0)).unsafe) == 1
    on_the_disk = (*held_up, "fdatasync(4</d/portal.db>) = 0", _LOG.format(offset=0))
    assert _read(*on_the_disk).unsafe == []


def test_a_page_without_a_log_must_be_on_the_disk() -> None:
    assert len(_read(_PAGE, _ANSWER).unsafe) == 1
    assert _read(_PAGE, "fdatasync(4</d/portal.db>) = 0", _ANSWER).unsafe == []
