"""A life of the portal over HTTP, step by step: every rule after each, each planted fault found.

`make soak` lives through 5,000 of 30 steps, and looks for each fault that shows without a race.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.builders import add_practice, add_table
from tests.cast import ZOE
from tests.conftest import DATABASE
from tests.mailroom import running
from tests.sharing.table import seat_everyone
from tests.signing.table import set_table
from tests.trust.machine import Life, few
from tests.trust.mutants import MUTANTS, Mutant
from tests.trust.scenes import Scene
from tests.trust.stagehands import Standing
from tests.web.stage import a_world

if TYPE_CHECKING:
    from tests.builders import World

LIVES = int(os.environ.get("PORTAL_TEST_MODELS", "0"))
STEPS = 30 if LIVES else 20


def drafted(world: World) -> None:
    """Four texts are drafted, and Ben asked for Carla himself."""
    add_practice(world)
    world.ids["ben.engagement"] = add_table(world, "carla")


def sent(world: World) -> None:
    """They are sent, and Ben has come in by his link."""
    set_table(world, "carla")


def living(world: World) -> None:
    """They are in force."""
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]


@pytest.fixture(scope="module")
def life(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[type[Life]]:
    """Give the machine, with worlds to begin in and a mail server."""
    with ExitStack() as stack:
        room, url = stack.enter_context(running())
        scenes: dict[str, Scene] = {}
        for make in (drafted, sent, living):
            folder = tmp_path_factory.mktemp(make.__name__)
            world, app = stack.enter_context(a_world(empty_database, folder, smtp_url=url))
            make(world)
            add_practice(world, ZOE, "zoe", name="Quist Coaching")
            world.clock.move(hours=1)
            scenes[make.__name__] = Scene(Standing(world, app))

        class Here(Life):
            mailroom, told = room, Counter()

        Here.scenes = scenes
        yield Here


def live(life: type[Life], lives: int, steps: int, *, derandomize: bool) -> None:
    """Live through some lives; raises what the machine finds, as it found it: to make it shorter
    would take longer than to read it."""
    run_state_machine_as_test(life, settings=settings(
        max_examples=lives, stateful_step_count=steps, database=None, phases=[Phase.generate],
        report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        derandomize=derandomize))


def test_keeps_every_promise_through_a_life(
    life: type[Life], capsys: pytest.CaptureFixture[str]
) -> None:
    live(life, LIVES or 10, STEPS, derandomize=not LIVES)
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: {life.lives} lives, {life.steps - life.lives} steps, "
                         f"acknowledged {dict(life.told)}\n")


#: The faults that show without a race: where a life begins that shows them, and by which rules. An
#: empty list is all of them.
SHOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "the code is not burned": ("living", ()),
    "the answer before the commit": ("living", ()),
    "an entry under another hash": ("living", ()),
    "a board that is not kept": ("living", ("takes_back", "recalls")),
    "signing ends no other session": ("sent", ("comes_in", "signs")),
    "revoking ends no session": ("sent", ("comes_in", "revokes_a_link")),
    "shared without asking again": ("living", (
        "asks_whether_it_may_be_shared", "shares", "takes_back", "sends_what_lay_in_a_tab")),
    "shared twice": ("living", (
        "asks_whether_it_may_be_shared", "shares", "sends_what_lay_in_a_tab")),
    "a claim that is not written down": ("sent", ("two_workers_take_a_mail", "time_goes_on")),
    "the lost app counts on": ("living", (
        "comes_back_by_the_coachs_ear", "tries_an_app_that_was_lost", "time_goes_on")),
    "a new link leaves the old one": ("sent", ("sends_a_link_anew", "follows_an_older_link")),
    "wrong codes are not counted": ("living", ("guesses", "comes_in")),
    "all ways in but the sessions are ended": ("living", ("comes_in", "ends_all_ways_in")),
}
#: What the quick version looks for.
QUICK = ("the code is not burned", "signing ends no other session", "shared without asking again",
         "a new link leaves the old one", "wrong codes are not counted")
#: A planted fault is found within so many steps by the rules above.
WITHIN = 300


def steps_until_found(life: type[Life], mutant: Mutant) -> int:
    """Return after how many steps a planted fault is found, or 0 if it is not."""
    life.steps = 0
    with pytest.MonkeyPatch.context() as patch:
        mutant.plant(patch)
        try:
            live(life, WITHIN // STEPS, STEPS, derandomize=True)
        except Exception:  # noqa: BLE001 - a request that breaks off is a finding too
            return life.steps + 1
    return 0


# Whether a fault shows does not hang on the database: the quick version looks on one of them.
@pytest.mark.parametrize("name", SHOWN if LIVES else [
    pytest.param(name, marks=pytest.mark.once) for name in QUICK])
def test_finds_every_planted_fault(
    name: str, life: type[Life], capsys: pytest.CaptureFixture[str]
) -> None:
    mutant = next(one for one in MUTANTS if one.name == name)
    begin, rules = SHOWN[name]
    whole = few(life, begin, rules) if rules else life
    found = steps_until_found(whole, mutant)
    with capsys.disabled():
        sys.stdout.write(f"\n{DATABASE}: {name}: {found} steps\n")
    assert found
    if LIVES:
        # It is the planted fault that is seen: without it the same lives break no promise.
        live(whole, WITHIN // STEPS, STEPS, derandomize=True)
