"""Two practices with everyone in their place, and programs that call them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.tools.program import Program, new_key
from tests.web.stage import Stage, a_world, make_stage


@pytest.fixture(scope="module")
def stage(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give a stage for all tests of a module."""
    with a_world(empty_database, tmp_path_factory.mktemp("stage")) as (world, app):
        yield make_stage(world, app)


@pytest.fixture(scope="module")
def keys(stage: Stage) -> dict[str, str]:
    """Give a key to everybody who coaches."""
    return {key: new_key(stage.world, key) for key in ("ana", "dora", "olga", "zoe")}


@pytest.fixture
def program(stage: Stage, keys: dict[str, str]) -> Callable[[str], Program]:
    """Give a program of a coach that has not called for a minute."""
    stage.world.clock.move(seconds=61)
    return lambda key: Program(stage.app, keys[key])


@pytest.fixture
def tool(program: Callable[[str], Program]) -> Program:
    """Give Ana's program."""
    return program("ana")
