"""A world that is put back to where it stood, as often as one likes."""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal import schema
from portal.desk.actions import keep_board
from portal.ground.clock import StandingClock
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from tests.builders import World
from tests.haste import wait_for_no_disk
from tests.sight import above_policies, see_all

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Ground


@dataclass
class Standing:
    """Keep a world as it is now, in files or in the texts of PostgreSQL's COPY."""

    world: World
    app: Flask
    _rows: dict[str, bytes] = field(default_factory=dict)
    _times: int = 0

    def __post_init__(self) -> None:
        self.at, self.ids = self.world.clock.now(), dict(self.world.ids)
        if self._is_file():
            self.world.ground.engine.dispose()
            shutil.copy(self._file(), self._file().with_suffix(".stood"))
        else:
            self._keep()

    def back(self) -> World:
        """Put everything back, and return the world as it stood, under a clock of its own."""
        clock = StandingClock(self.at)
        if self._is_file():
            ground = self._from_file(clock)
        else:
            self._from_rows()
            ground = self.world.ground
            ground.clock, ground.keep_board = clock, keep_board
        self.world = World(ground, clock, dict(self.ids))
        self.app.extensions["portal"] = ground
        return self.world

    def _is_file(self) -> bool:
        return self.world.ground.engine.dialect.name == "sqlite"

    def _file(self) -> Path:
        return Path(str(self.world.ground.engine.url.database))

    def _from_file(self, clock: StandingClock) -> Ground:
        own = self._file()
        self.world.ground.engine.dispose()
        for end in ("-wal", "-shm", "-journal"):
            own.with_name(own.name + end).unlink(missing_ok=True)
        shutil.copy(own.with_suffix(".stood"), own)
        ground = see_all(make_ground(self.world.ground.settings, clock, keep_notes, keep_board))
        wait_for_no_disk(ground.engine)
        return ground

    def _keep(self) -> None:
        with above_policies(self.world.ground.engine) as raw:
            cursor: Any = raw.cursor()
            for name in schema.METADATA.tables:
                with cursor.copy(f"COPY {name} TO STDOUT") as copy:
                    held = io.BytesIO()
                    for part in copy:
                        held.write(part)
                self._rows[name] = held.getvalue()

    def _from_rows(self) -> None:
        self._times += 1
        with above_policies(self.world.ground.engine) as raw:
            cursor: Any = raw.cursor()
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in schema.METADATA.tables))
            for name, rows in self._rows.items():
                if rows:
                    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                        copy.write(rows)
            raw.commit()
            if self._times % 100 == 0:
                raw.autocommit = True
                cursor.execute("VACUUM")
