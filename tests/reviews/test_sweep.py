"""A sweep finds what is due among everything, and several at once find each thing once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, insert, select

from portal.agreements.models import Timer
from portal.notices.models import Notice
from portal.reviews.jobs import sweep
from tests.builders import World

DUE, ALL = 1_200, 3_000


def fill(world: World) -> None:
    """Set timers of many engagements; those of the first ones have run out."""
    now = world.clock.now()
    with world.ground.engine.begin() as connection:
        connection.execute(insert(Timer), [
            {"engagement_id": f"{number:032d}", "practice_id": "p" * 32,
             "next_at": now + timedelta(seconds=number - DUE + 1)} for number in range(ALL)])


def test_claims_each_thing_once_however_many_sweep(world: World) -> None:
    fill(world)
    with ThreadPoolExecutor(4) as sweepers:
        found = sum(sweepers.map(lambda _number: sweep(world.ground), range(4)))
    with world.ground.work(writes=False) as work:
        put = Counter(work.session.scalars(select(Notice.engagement_id)))
        left = work.session.scalar(
            select(func.count()).select_from(Timer).where(Timer.next_at.is_not(None)))
    assert found == DUE
    assert put == Counter(f"{number:032d}" for number in range(DUE))
    assert left == ALL - DUE
    assert sweep(world.ground) == 0
