"""The coach's board with 2,000 engagements and 20,000 signer slots beside a bare route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, func, select

from bench.bare import make_bare
from bench.crowd import add_crowd
from bench.stage import beside, caller, make_stage
from portal.agreements.models import SignerSlot
from portal.desk.actions import rebuild_board
from portal.people.models import ContactPoint
from tests.pages import Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

ENGAGEMENTS = 2000
#: What is measured: the front page, a filter far behind, a search, the practice's rows, and time.
PAGES = {"today": "/today", "all": "/today?state=all&page=200", "practice": "/today?who=practice",
         "times": "/times"}


def measure(engagements: int = ENGAGEMENTS) -> dict[str, float]:
    """Return the ratios of the pages to the bare route, their queries, and the slots there are."""
    app, world = make_stage()
    ground = world.ground
    add_crowd(ground, world.ids["ana.practice"], world.ids["ana"], engagements)
    rebuild_board(ground)
    browser = Browser(app).be(world, "ana", "coach")
    with ground.work(writes=False) as work:
        thing = work.session.scalar(select(ContactPoint.id))
        slots = work.session.scalar(select(func.count(SignerSlot.id)))
    plain = caller(make_bare(ground.engine), f"/{thing}")
    found = browser.post("/today/search", {"find": "mar"}, follow=False).location
    figures = {"slots": float(slots or 0)}
    for name, path in {**PAGES, "search": found}.items():
        page = caller(app, path, browser.client)
        for warm in (plain, page, page):
            warm()
        figures[name] = beside(plain, page, 20)
        figures[f"{name}_queries"] = queries(ground.engine, page)
    return figures


def queries(engine: Engine, act: Callable[[], object]) -> float:
    """Return how many questions an act asks of the database, without what begins a transaction."""
    sent: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    begins = ("PRAGMA", "BEGIN", "SELECT set_config")
    return float(len([one for one in sent if not one.startswith(begins)]))


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:8.1f}")
