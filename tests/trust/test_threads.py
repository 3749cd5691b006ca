"""Real threads against the application: two tabs sign while somebody withdraws, and one wins.

`make soak` runs ten thousand rounds on each database.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from tests.conftest import DATABASE
from tests.trust.invariants import broken_promises, broken_rules
from tests.trust.stage import used_steps
from tests.trust.test_interleavings import a_scene

if TYPE_CHECKING:
    from tests.builders import World
    from tests.trust.scenes import Scene

ROUNDS = int(os.environ.get("PORTAL_TEST_ROUNDS", "12"))
ACTS = ("sign 1", "sign 2", "decline")


def at_once(scene: Scene, world: World, pool: ThreadPoolExecutor) -> dict[str, tuple[int, str]]:
    """Let everybody send at the same moment; returns what came of it."""
    gate = Barrier(len(ACTS))

    def send(name: str) -> tuple[int, str]:
        gate.wait(60)
        told: tuple[int, str] = scene.acts[name](world)
        return told

    return dict(zip(ACTS, pool.map(send, ACTS), strict=True))


def test_has_exactly_one_winner(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    winners: Counter[str] = Counter()
    with (a_scene("signing", empty_database, tmp_path_factory) as scene,
          ThreadPoolExecutor(len(ACTS)) as pool):
        for number in range(ROUNDS):
            world = scene.standing.back()
            stood = used_steps(world)
            told = at_once(scene, world, pool)
            won = [name for name, (status, place) in told.items()
                   if (status == 200 and name == "decline") or "/p/agreements/" in place]
            assert len(won) == 1, (number, told)
            winners[won[0]] += 1
            assert [*broken_promises(world, told, stood), *broken_rules(world)] == []
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: {ROUNDS} rounds, one winner in each: {dict(winners)}\n")
