"""Rows that nobody ordered come the other way around where tests use SQLite."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.builders import World, add_colleague, add_practice
from tests.cast import DORA


@pytest.mark.once
def test_gives_the_last_row_first_where_nobody_asks_for_an_order(world: World) -> None:
    add_practice(world)
    add_colleague(world, DORA, "dora")
    with world.ground.engine.connect() as connection:
        rows = "SELECT rowid FROM person"
        unordered = connection.execute(text(rows)).scalars().all()
        ordered = connection.execute(text(f"{rows} ORDER BY rowid")).scalars().all()
    assert len(ordered) > 1
    assert unordered == ordered[::-1]
