"""Beginnings that many tests have in common: told once in each process, and put back after that.

Most tests begin with a practice, a table or texts in force, and telling that anew through the
portal's own acts took half of their time. What was told the first time is kept, row by row, and
comes back wherever the same is told again in a world to which nothing has happened yet.

Whoever plants a fault plants it after the beginning: what was told with it would come back without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

from sqlalchemy import exists, select, union_all

from portal import schema
from tests.rows import keep, put_back

if TYPE_CHECKING:
    from tests.builders import World

P = ParamSpec("P")

#: What lies beside the database in the folder of an installation and belongs to it.
_OWN = (".db", ".db-wal", ".db-shm", ".db-journal")
#: So many are kept, at a megabyte each: the one that was told first goes first.
_MOST = 40


@dataclass(frozen=True)
class Beginning:
    """Hold what a world had become: its rows, who is who, and where its clock stood."""

    rows: Any
    ids: dict[str, str]
    at: datetime


_KEPT: dict[tuple[object, ...], Beginning] = {}


def beginning(tell: Callable[Concatenate[World, P], None]) -> Callable[Concatenate[World, P], None]:
    """Let a function that tells how a world begins do so once, as long as all that it goes by is
    the same: its values, the settings with their keys, and where the clocks stand.

    Nothing comes back in a world to which something has happened, and nothing is kept that left
    files behind.
    """

    @wraps(tell)
    def begin(world: World, *args: P.args, **kwargs: P.kwargs) -> None:
        if not _is_untouched(world):
            tell(world, *args, **kwargs)
            return
        key = (tell.__module__, tell.__qualname__, repr(args), repr(kwargs), *_ground(world))
        if (kept := _KEPT.get(key)) is None:
            beside = _beside(world)
            tell(world, *args, **kwargs)
            if _beside(world) == beside:
                _keep(key, world)
        else:
            put_back(world.ground.engine, kept.rows)
            world.ids |= kept.ids
            world.clock.move(seconds=(kept.at - world.clock.now()).total_seconds())
        # Read anew from the rows, whichever way they came.
        world.ground.vault.own = None

    return begin


def _keep(key: tuple[object, ...], world: World) -> None:
    if len(_KEPT) == _MOST:
        del _KEPT[next(iter(_KEPT))]
    _KEPT[key] = Beginning(keep(world.ground.engine), dict(world.ids), world.clock.now())


def _is_untouched(world: World) -> bool:
    """Tell whether there is no row in any table."""
    if world.ids:
        return False
    with world.ground.engine.connect() as connection:
        found = connection.execute(union_all(*(
            select(exists().select_from(table)) for table in schema.METADATA.sorted_tables)))
        return not any(found.scalars())


def _ground(world: World) -> tuple[object, ...]:
    """Return what a world goes by, but for where it stands and where its mails go."""
    ground = world.ground
    plain = replace(ground.settings, instance_dir=Path(), database_url="", smtp_url="")
    return (ground.engine.dialect.name, world.clock.now(), ground.clock.now(),
            ground.keep_notes, ground.keep_board,
            *(repr(getattr(plain, each.name)) for each in fields(plain)))


def _beside(world: World) -> set[str]:
    """Return what lies in the folder of an installation beside its database."""
    return {path.name for path in world.ground.settings.instance_dir.iterdir()
            if not path.name.endswith(_OWN)}
