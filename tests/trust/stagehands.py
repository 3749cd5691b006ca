"""A world that is put back to where it stood, as often as one likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.desk.actions import keep_board
from portal.ground.clock import StandingClock
from tests.builders import World
from tests.rows import keep, put_back

if TYPE_CHECKING:
    from flask import Flask


@dataclass
class Standing:
    """Keep a world as it is now."""

    world: World
    app: Flask

    def __post_init__(self) -> None:
        self.at, self.ids = self.world.clock.now(), dict(self.world.ids)
        self._kept = keep(self.world.ground.engine)

    def back(self) -> World:
        """Put everything back, and return the world as it stood, under a clock of its own. The
        ground floor below it is the same, with its settings."""
        ground, clock = self.world.ground, StandingClock(self.at)
        if ground.engine.dialect.name == "sqlite":
            # Connections that nobody uses let go of the file.
            ground.engine.dispose()
        put_back(ground.engine, self._kept)
        ground.clock, ground.keep_board = clock, keep_board
        ground.vault.own = None
        self.world = World(ground, clock, dict(self.ids))
        return self.world
