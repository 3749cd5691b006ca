"""How a test looks at the rows of a database that shows each practice its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.ground.reach import EVERYWHERE, OPTION

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from portal.ground.work import Ground


def seeing(engine: Engine) -> Engine:
    """Return an engine that reaches every row."""
    return engine.execution_options(**{OPTION: EVERYWHERE})


def see_all(ground: Ground) -> Ground:
    """Let what a test itself asks of a database reach every row, and return the ground floor.

    Each unit of work goes on to say how far it reaches.
    """
    if ground.engine.dialect.name == "postgresql":
        ground.engine = seeing(ground.engine)
    return ground
