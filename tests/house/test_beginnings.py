"""What was told once comes back as it was, and only where the very same would be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from portal import schema
from portal.ground.clock import StandingClock
from portal.throttles.models import Throttle
from tests import rows
from tests.beginnings import beginning
from tests.builders import World, add_practice
from tests.cast import ANA, ZOE
from tests.conftest import NOW

Fresh = Callable[[], World]

#: Who was told of, each time that it was told by the portal's own acts.
TOLD: list[str] = []


@beginning
def told(world: World, who: str = "ana") -> None:
    """Tell of a practice, and remember that it was told."""
    TOLD.append(who)
    add_practice(world, ANA if who == "ana" else ZOE, who)
    world.clock.move(hours=1)


@pytest.fixture
def fresh(world: World) -> Fresh:
    """Give worlds to which nothing has happened, one after the other on the same ground."""
    empty = rows.keep(world.ground.engine)

    def make() -> World:
        rows.put_back(world.ground.engine, empty)
        world.ground.clock = StandingClock(NOW)
        return World(world.ground, world.ground.clock)

    return make


def everything(world: World) -> set[tuple[str, str]]:
    with world.ground.engine.connect() as connection:
        return {(table.name, repr(tuple(row))) for table in schema.METADATA.sorted_tables
                for row in connection.execute(select(table))}


def test_puts_back_every_row_with_who_is_who_and_the_clock(fresh: Fresh) -> None:
    one = fresh()
    told(one, "zoe")
    found = everything(one), dict(one.ids), one.clock.now()
    stood = len(TOLD)
    other = fresh()
    assert everything(other) == set()
    told(other, "zoe")
    assert (everything(other), other.ids, other.clock.now()) == found
    assert len(TOLD) == stood
    # And the portal's own acts go on from there.
    add_practice(other)


def _other_ground(world: World, **values: Any) -> None:
    world.ground.settings = replace(world.ground.settings, **values)


@pytest.mark.parametrize("differs", [
    lambda world: world.clock.move(seconds=1),
    lambda world: setattr(world.ground, "clock", StandingClock(NOW + timedelta(days=1))),
    lambda world: _other_ground(world, link_key="another key of the tests, 32 letters or more"),
    lambda world: _other_ground(world, coach_session_minutes=7),
    lambda world: setattr(world.ground, "keep_board", lambda _work: None),
], ids=["clock", "clock of the ground", "key", "setting", "board"])
def test_tells_anew_where_anything_differs(
    fresh: Fresh, differs: Callable[[World], object]
) -> None:
    told(fresh())
    stood, other = len(TOLD), fresh()
    differs(other)
    told(other)
    assert len(TOLD) == stood + 1


def test_tells_anew_where_something_has_happened(fresh: Fresh) -> None:
    """Nothing of that is lost, and nothing of it comes to others."""
    told(fresh())
    stood, other = len(TOLD), fresh()
    with other.ground.engine.begin() as connection:
        connection.execute(insert(Throttle).values(
            digest="0" * 64, count=1, since=NOW, ends_at=NOW))
    told(other)
    assert len(TOLD) == stood + 1
    assert "throttle" in dict(everything(other))
    told(third := fresh())
    assert len(TOLD) == stood + 1
    assert "throttle" not in dict(everything(third))


def test_keeps_nothing_that_left_a_file_behind(fresh: Fresh) -> None:
    left: list[int] = []

    @beginning
    def leaves(world: World) -> None:
        left.append(len(left))
        (world.ground.settings.instance_dir / f"left {len(left)}").touch()

    leaves(fresh())
    leaves(fresh())
    assert left == [0, 1]


@pytest.mark.once  # Of SQLite a file is put back as a whole.
def test_waits_for_nobody_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_PATIENCE", 1)
    kept = rows.keep(world.ground.engine)
    with world.ground.engine.connect() as somebody:
        somebody.execute(text("PRAGMA query_only=OFF"))
        somebody.execute(text("DELETE FROM throttle"))
        with pytest.raises(TimeoutError, match="somebody else holds the database"):
            rows.put_back(world.ground.engine, kept)
