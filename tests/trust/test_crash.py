"""What was acknowledged outlives any death, and what was not is there wholly or not at all.

Coaches, coachees and sponsors act over HTTP while the server and the clockwork beside it get
SIGKILL at instants that follow from a seed: inside of transactions, before and after an answer, and
at any time. After each few deaths the whole database is examined (`toll.py`), and at the end
everybody has to come to the end of what they had begun.

The suite kills few of them. `make soak` kills 500 on SQLite, and 200 on PostgreSQL.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.builders import World
from tests.conftest import DATABASE
from tests.trust.mortal import Cradle, cradle
from tests.trust.siege import PATIENCE, Story, siege
from tests.trust.town import PLANS, build, busy, found
from tests.trust.wounds import INSIDE
from tests.web.stage import a_database

ROUNDS = int(os.environ.get("PORTAL_TEST_CRASHES", "8"))
SEED = 20261126
#: So many acts are confirmed between two deaths, besides those of the moment.
PACE = int(os.environ.get("PORTAL_TEST_CRASH_PACE", "0"))
#: So many tables are prepared in one database: enough for some forty deaths.
TABLES = min(ROUNDS, 40)
#: At thirty tables of forty somebody asks and shares, five confirmed acts a turn: so all of them
#: together have enough to do for forty deaths, and some more.
_PLANS = busy(PACE // 3) if PACE else PLANS
#: A planted fault is found within so many rounds, or the test that plants it fails.
MOST = 60
#: More deaths may miss a question: on a busy machine few are asked between two of them.
SEEN = 4 * MOST
#: So long (seconds) somebody is waited for who never comes, because of a planted fault. Without one
#: it takes two or three.
ENOUGH = 30.0
_SHORT = (("sign", "take_whole"),)
#: The suite plants most faults on one database alone, a soak on both.
_SELDOM = [] if "PORTAL_TEST_CRASHES" in os.environ else [pytest.mark.once]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cradle]:
    with cradle(tmp_path_factory.mktemp("cradle") / "log") as made:
        yield made


@contextmanager
def a_town(empty: str, folder: Path) -> Iterator[World]:
    """Give an empty world on a database of its own."""
    folder.mkdir()
    with a_database(empty, folder) as url:
        world = found(url, folder)
        yield world
        world.ground.engine.dispose()


def test_loses_nothing_that_was_acknowledged_and_leaves_nothing_by_halves(
    empty_database: str, place: Cradle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    for number in count():
        with a_town(empty_database, tmp_path / str(number)) as world, siege(
                world, build(world, TABLES, _PLANS), place, story, SEED + number,
                hands=1 + number % 2, pace=PACE) as made:
            while story.rounds < ROUNDS and not made.idle:
                made.round(examined=story.rounds % 5 == 4)
            made.finish()
        if story.rounds >= ROUNDS or story.found:
            break
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: {story.told()}\n")
    assert story.found == []
    assert min(story.acknowledged.get(kind, 0) for kind in ("sign", "enter")) > 0


@pytest.mark.parametrize(("wound", "how", "most"), [
    ("reads_before_it_locks", "event", 0), ("no_transaction", "event", MOST), *[
        pytest.param(wound, how, most, marks=_SELDOM) for wound, how, most in (
            *((wound, "event", MOST) for wound in INSIDE),
            ("claims_for_ever", "mail", 2), ("settles_before_it_sends", "mail", 2))]])
def test_finds_a_planted_fault(
    wound: str, how: str, most: int, empty_database: str, place: Cradle, tmp_path: Path
) -> None:
    """Within so many deaths of one kind; what two tabs do at once needs none."""
    story = Story()
    with a_town(empty_database, tmp_path / "town") as world, siege(
            world, build(world, 16, _SHORT), place, story, SEED, wound=wound, ends={how: 1},
            hands=int(how == "mail")) as made:
        while story.rounds < most and not made.idle and not story.found:
            made.round(examined=True)
        if not story.found:
            made.rise()
            made.finish(all_of_them=not most, patience=ENOUGH)
    sys.stdout.write(f"{wound} after {story.rounds} rounds: {story.found[:3]} {story.told()}\n")
    # That somebody had no time to go on may be a slow machine.
    assert [one for one in story.found if not one.startswith("somebody could not go on")]


@pytest.mark.once
def test_finds_a_question_that_was_answered_before_it_was_there(
    empty_database: str, place: Cradle, tmp_path: Path
) -> None:
    story = Story()
    with a_town(empty_database, tmp_path / "town") as world, siege(
            world, build(world, 4, busy(SEEN)[:1]), place, story, SEED,
            wound="answers_before_commit", ends={"event": 1}, hands=0) as made:
        made.rise()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not any(act.kind == "ask" for act in made.house.acts):
            time.sleep(0.01)
        while story.rounds < SEEN and not made.idle and not _lost(story, "ask"):
            made.round(examined=True)
    assert _lost(story, "ask")


def _lost(story: Story, kind: str) -> list[str]:
    return [one for one in story.found
            if one.startswith("acknowledged, and there") and f"kind={kind!r}" in one]
