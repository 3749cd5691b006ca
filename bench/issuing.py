"""Issuing everything of an engagement with five people: four texts, one code, one request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from bench.bare import make_bare
from bench.board import queries
from bench.stage import beside, caller, make_stage
from portal.factors.models import Factor
from portal.ground.onetime import code_at
from portal.people.models import ContactPoint
from tests.builders import add_table
from tests.cast import ANA
from tests.pages import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.builders import World

ROUNDS = 15
#: How long a one-time code is shown: each counts once.
_STEP = timedelta(seconds=30)


def measure() -> dict[str, float]:
    """Return the CPU of the request beside a bare route, and its queries."""
    app, world = make_stage()
    posts = _posts(app, world)
    with world.ground.work(writes=False) as work:
        thing = work.session.scalar(select(ContactPoint.id))
    plain = caller(make_bare(world.ground.engine), f"/{thing}")
    for warm in (plain, next(posts), next(posts)):
        warm()
    asked = queries(world.ground.engine, next(posts))

    def issue() -> bytes:
        return next(posts)()

    return {"issue": beside(plain, issue, ROUNDS - 4), "queries": asked}


def _posts(app: Flask, world: World) -> Iterator[Callable[[], bytes]]:
    """Prepare as many engagements of Ben, a sponsor, a manager, an assistant and a supporter, and
    the requests that issue all their texts, each with a code of its own."""
    engagements = [add_table(world, "eli") for _number in range(ROUNDS)]
    with world.ground.work(writes=False) as work:
        factor = work.session.scalars(
            select(Factor).where(Factor.person_id == world.ids["ana"])).one()
        secret, now = work.reveal(factor, "secret"), work.now
    prepared = []
    for number, engagement_id in enumerate(engagements, start=1):
        path, browser = f"/engagements/{engagement_id}/issue", Browser(app)
        form = browser.be(world, "ana", "coach").get(path).fields(path)
        call = caller(app, path, browser.client, method="POST", data={
            **form, "name": ANA.name, "code": code_at(secret, now + number * _STEP)})
        prepared.append(_half_a_minute_later(world, call))
    return iter(prepared)


def _half_a_minute_later(world: World, call: Callable[[], bytes]) -> Callable[[], bytes]:
    def act() -> bytes:
        world.clock.move(seconds=_STEP.seconds)
        return call()

    return act


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:24}{value:8.1f}")
