"""One furnished portal and its backup, for all tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from portal.backup.making import Taken
from portal.ground.work import Ground
from tests.backup import stage
from tests.builders import World
from tests.engines import suit_tests
from tests.web.stage import a_database


@dataclass(frozen=True)
class House:
    """Hold a furnished portal, its backup, and what was in it when that was taken."""

    ground: Ground
    file: Path
    taken: Taken
    rows: dict[str, list[tuple[Any, ...]]]
    papers: dict[str, bytes]


@pytest.fixture(scope="session")
def house(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    with a_database(empty_database, home) as url:
        ground = stage.ground_on(url, home)
        suit_tests(ground.engine)
        stage.furnish(World(ground, ground.clock))  # type: ignore[arg-type]
        file = home / "house.backup"
        taken = stage.back_up(ground, file)
        yield House(ground, file, taken, stage.rows(ground.engine), stage.papers(ground))
        ground.engine.dispose()
