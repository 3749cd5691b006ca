"""How a test looks at the rows of a database that shows each practice its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.ground.reach import EVERYWHERE, OPTION

if TYPE_CHECKING:
    from portal.ground.work import Ground


def see_all(ground: Ground) -> Ground:
    """Let what a test itself asks of a database reach every row, and return the ground floor.

    Each unit of work goes on to say how far it reaches.
    """
    if ground.engine.dialect.name == "postgresql":
        ground.engine = ground.engine.execution_options(**{OPTION: EVERYWHERE})
    return ground
