"""A world in which Ana and Ben have concluded their terms."""

from __future__ import annotations

import pytest

from tests.builders import World, conclude


@pytest.fixture
def bound(world: World) -> World:
    """Give a world with T1 in force."""
    conclude(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    return world
