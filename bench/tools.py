"""Questions by programs, and the pages that show at once what may be seen: beside a bare route."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import select

from bench.bare import make_bare
from bench.board import queries
from bench.stage import beside, caller, make_stage
from portal.people.models import ContactPoint
from tests.builders import add_engagement, issue
from tests.pages import Browser
from tests.sharing.table import seat_everyone
from tests.tools.program import DECISIONS, new_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.builders import World

#: So many questions are timed for the number in a second.
_MANY = 200


def measure() -> dict[str, float]:
    """Return the CPU of a question by a program, of the table of who may see what, and of a look
    through other eyes, beside the bare route; questions a second; queries with one and many."""
    app, world = make_stage(founded=False)
    seat_everyone(world)
    ana, ben = Browser(app).be(world, "ana", "coach"), Browser(app).be(world, "ben", "party")
    many = f"/engagements/{world.ids['engagement']}/scope"
    ask, look = _question(app, world), f"/p/eyes/{world.ids['carla.party']}"
    few = f"/engagements/{add_engagement(world)}/scope"
    issue(world)
    with world.ground.work(writes=False) as work:
        thing = work.session.scalar(select(ContactPoint.id))
    plain = caller(make_bare(world.ground.engine), f"/{thing}")
    acts = {"ask": ask, "scope": caller(app, many, ana.client),
            "eyes": caller(app, look, ben.client)}
    small = caller(app, few, ana.client)
    for warm in (plain, small, *acts.values()):
        warm()
    figures = {name: beside(plain, act, 20) for name, act in acts.items()}
    for name, page in (("few", small), ("many", acts["scope"])):
        figures[f"{name}_queries"] = queries(world.ground.engine, page)
    start = time.process_time()
    for _number in range(_MANY):
        ask()
    return {**figures, "a_second": _MANY / (time.process_time() - start)}


def _question(app: Flask, world: World) -> Callable[[], bytes]:
    """Return a program's question; time goes on, so that it never calls too often."""
    call = caller(app, DECISIONS, method="POST",
                  headers={"Authorization": f"Bearer {new_key(world)}"},
                  json={"engagement": world.ids["engagement"],
                        "recipient": world.ids["carla.party"], "category": "PRG.GOALS",
                        "purpose": "inform_progress", "channel": "portal", "form": "summary"})

    def ask() -> bytes:
        world.clock.move(seconds=2)
        return call()

    return ask


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:16}{value:8.1f}")
