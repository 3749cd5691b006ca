"""Asking before sharing: its pages beside a bare route, and decisions in a loaded world."""

from __future__ import annotations

import time

from sqlalchemy import select

from bench.bare import make_bare
from bench.board import queries
from bench.stage import beside, caller, make_stage
from portal.people.models import ContactPoint
from portal.sharing.policy import decide, read_request
from portal.sharing.queries import around
from tests.pages import Browser
from tests.sharing.table import CASE, DATES, GOALS, HELP, NOTES, ROOM, load, person, seat_everyone

QUESTIONS = (("carla", GOALS), ("carla", NOTES), ("eli", DATES), ("fay", CASE), ("dev", HELP),
             ("gus", ROOM), ("gus", GOALS), ("ben", NOTES))


def measure(rounds: int = 2000) -> dict[str, float]:
    """Return the CPU of the steps of asking and of an answer beside a bare route, the queries of
    a step, and decisions a second in the world of five texts and eight people."""
    app, world = make_stage(founded=False)
    seat_everyone(world)
    browser, loaded = Browser(app).be(world, "ana", "coach"), load(world)
    ask, to = f"/engagements/{world.ids['engagement']}/ask", person(loaded, "carla")
    form = f"{ask}?to={to}&what=PRG.GOALS"
    shown = browser.post(ask, {"how": "portal"}, page=browser.get(form))
    answer = shown.response.request.path
    with world.ground.work(writes=False) as work:
        thing = work.session.scalar(select(ContactPoint.id))
    plain = caller(make_bare(world.ground.engine), f"/{thing}")
    figures: dict[str, float] = {}
    for name, path in (("who", ask), ("how", form), ("answer", answer)):
        page = caller(app, path, browser.client)
        for warm in (plain, page, page):
            warm()
        figures[name] = beside(plain, page, 40)
    figures["queries"] = queries(world.ground.engine, page)
    requests = [read_request({**asked, "recipient": person(loaded, who), "time": loaded.at},
                             loaded.world) for who, asked in QUESTIONS]
    start = time.process_time()
    for _round in range(rounds):
        for request in requests:
            decide(loaded.world, request)
    figures["decisions"] = rounds * len(requests) / (time.process_time() - start)
    with world.ground.work(writes=False) as work:
        around(work, world.ids["engagement"])
        start = time.process_time()
        for _round in range(50):
            work.session.expire_all()
            around(work, world.ids["engagement"])
        figures["load_ms"] = (time.process_time() - start) / 50 * 1000
    return figures


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:12.1f}")
