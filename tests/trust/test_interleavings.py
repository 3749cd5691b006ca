"""Every rule holds whatever the order of the statements is; each planted fault is found.

A seed chooses who acts and in which order their statements go. `make soak` tries 20,000 of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from portal.app import make_app
from tests.conftest import DATABASE
from tests.haste import compile_once
from tests.trust import scenes
from tests.trust.invariants import broken_promises, broken_rules
from tests.trust.mutants import MUTANTS, Mutant
from tests.trust.schedule import Actor, Schedule
from tests.trust.stage import used_steps
from tests.web.stage import a_world

if TYPE_CHECKING:
    from tests.trust.scenes import Scene

SEEDS = int(os.environ.get("PORTAL_TEST_SEEDS", "40"))
#: A planted fault is found within so many seeds.
WITHIN = 60
SCENES = ("signing", "living", "changing", "drafting", "reviewing")


@pytest.fixture(scope="module", params=SCENES)
def scene(
    request: pytest.FixtureRequest, empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Give a scene, on a ground floor that waits long for the database."""
    with a_scene(request.param, empty_database, tmp_path_factory) as made:
        yield made


def a_scene(name: str, empty_database: str, folder: pytest.TempPathFactory) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def given() -> Iterator[Scene]:
        with a_world(empty_database, folder.mktemp(name), database_seconds=60) as (world, _app):
            app = make_app(world.ground.settings, world.clock)
            app.extensions["portal"].engine.dispose()
            app.extensions["portal"] = world.ground
            compile_once(app)
            yield getattr(scenes, name)(world, app)

    return given()


def play(scene: Scene, seed: int, names: tuple[str, ...] = ()) -> tuple[list[str], Schedule]:
    """Play one interleaving; returns what is wrong afterwards, and how it went."""
    random = Random(seed)
    world = scene.standing.back()
    stood = used_steps(world)
    chosen = names or tuple(random.sample(sorted(scene.acts), random.randint(2, 3)))
    actors = [Actor(name, lambda name=name: scene.acts[name](world)) for name in chosen]  # type: ignore[misc]
    schedule = Schedule(world.ground.engine, seed, actors)
    results = schedule.run()
    return [*broken_promises(world, results, stood), *broken_rules(world)], schedule


def test_keeps_every_rule_in_every_order(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = 0
    for seed in range(SEEDS // len(SCENES)):
        wrong, schedule = play(scene, seed)
        steps += len(schedule.trace)
        assert wrong == [], schedule.told()
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: {SEEDS // len(SCENES)} seeds, {steps} statements\n")


def test_the_same_seed_is_the_same_order(scene: Scene) -> None:
    assert play(scene, 7)[1].trace == play(scene, 7)[1].trace


@pytest.mark.parametrize("name", ["signing", "living"])
def test_finds_every_planted_fault(
    name: str, empty_database: str, tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found: dict[str, int] = {}
    with a_scene(name, empty_database, tmp_path_factory) as made:
        own = [one for one in MUTANTS if one.scene == name and one.only in ("", DATABASE)]
        for mutant in own:
            found[mutant.name] = seeds_until_found(made, mutant)
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: " + ", ".join(
            f"{what}: {seeds}" for what, seeds in found.items()) + "\n")
    assert len(found) >= 4
    assert [what for what, seeds in found.items() if seeds > WITHIN] == []


def seeds_until_found(scene: Scene, mutant: Mutant) -> int:
    """Return at which seed a planted fault is found first."""
    for seed in range(WITHIN):
        with pytest.MonkeyPatch.context() as patch:
            mutant.plant(patch)
            wrong, _schedule = play(scene, seed, mutant.acts)
        if wrong:
            # It is the planted fault that is seen: without it the same order breaks no rule.
            assert play(scene, seed, mutant.acts)[0] == [], mutant.name
            return seed + 1
    return WITHIN + 1
