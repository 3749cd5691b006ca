"""What most tests of the room begin with."""

from __future__ import annotations

import pytest

from tests.builders import World
from tests.sharing.table import seat_everyone


@pytest.fixture
def table(world: World) -> World:
    """Give a table at which everybody has signed and T1 to T4 are in force."""
    seat_everyone(world)
    world.clock.move(seconds=1)
    return world
