"""One stage for all tests of a module that do not disturb each other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import World, add_engagement, add_practice, issue
from tests.web.stage import Stage, a_world, make_stage


@pytest.fixture(scope="module")
def stage(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Give two practices with everyone in their place."""
    with a_world(empty_database, tmp_path_factory.mktemp("stage")) as (world, app):
        yield make_stage(world, app)


@pytest.fixture
def engaged(world: World) -> World:
    """Give a world in which Ana has sent Ben the terms."""
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    issue(world)
    return world
