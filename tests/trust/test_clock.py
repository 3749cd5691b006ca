"""The machine's clock is set back an hour, and forward again (reliability of times)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.agreements.queries import standing_of_one
from portal.jobs import run_job
from portal.ledger.models import Entry
from portal.sharing.policy import Code
from tests.builders import World
from tests.pages import BASE, Browser
from tests.sharing.table import GOALS, seat_everyone
from tests.taking.acts import code, take_whole
from tests.trust.stage import Signer, assert_whole, everything, signatures_of, used_steps

if TYPE_CHECKING:
    from flask import Flask


def times(world: World) -> dict[str, list[object]]:
    """Return when the entries of each chain were made, in their order."""
    found: dict[str, list[object]] = {}
    with world.ground.work(writes=False) as work:
        for chain, at in work.session.execute(
                select(Entry.chain_id, Entry.at).order_by(Entry.chain_id, Entry.seq)):
            found.setdefault(chain, []).append(at)
    return found


def assert_never_back(world: World) -> None:
    for chain in times(world).values():
        assert chain == sorted(chain)  # type: ignore[type-var]


def test_signs_nothing_while_the_clock_stands_behind_the_record(
    ready: World, served: Flask
) -> None:
    """A code is made from the time: none is looked at, counted or used up meanwhile."""
    signer = Signer(ready, served)
    ready.clock.move(hours=-1)
    stood = everything(ready)
    for sent in (signer.values(), {**signer.values(), "code": "000000"}):
        page = signer.browser.post("/p/sign", sent, page=signer.sheet, follow=False)
        assert page.status == 503
        assert "no code was used up" in page.text
    assert everything(ready) == stood
    told = Browser(served).client.get("/readyz", base_url=BASE).json
    assert told["trouble"] == ["clock"]
    ready.clock.move(hours=1, seconds=30)
    assert signer.sends().status == 303
    assert (signatures_of(ready), used_steps(ready)) == (1, 1)
    assert_never_back(ready)


@pytest.mark.parametrize("back", [1, 25, 3600])
def test_inv_7_takes_back_at_once_all_the_same(world: World, back: int) -> None:
    """A withdrawal needs no code, and counts although the clock says it lies ahead."""
    seat_everyone(world)
    assert code(world, "carla", GOALS) is Code.GRANT
    world.clock.move(seconds=-back)
    assert code(world, "carla", GOALS) is Code.GRANT
    assert take_whole(world) == 4
    assert code(world, "carla", GOALS) is not Code.GRANT
    assert_never_back(world)
    assert_whole(world)
    world.clock.move(seconds=back)
    assert code(world, "carla", GOALS) is not Code.GRANT


def test_accepts_no_code_twice_and_ends_sessions_in_time(ready: World, served: Flask) -> None:
    signer = Signer(ready, served)
    sent = signer.values()
    assert signer.sends().status == 303
    ready.clock.move(seconds=-20)
    with ready.ground.work(writes=True) as work:
        from portal.factors.actions import CodeRefused, use_code
        from portal.people.models import Person

        again = use_code(work, work.session.get_one(Person, ready.ids["ben"]), sent["code"])
        assert isinstance(again, CodeRefused)
    assert signer.browser.get("/p", follow=True).status == 200
    ready.clock.move(hours=2, seconds=21)
    assert "/lost" in signer.browser.get("/p", follow=False).location


def test_jobs_run_on_and_deadlines_stay_where_they_were(world: World) -> None:
    """Time stands still for an engagement until the clock has caught up; nothing is void early
    and nothing is done twice."""
    seat_everyone(world)
    before = everything(world)
    world.clock.move(hours=-1)
    for job in ("deadlines", "reminders", "voice", "reviews", "timers"):
        run_job(world.ground, job)
    assert everything(world) == before
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        assert len(standing.versions) == 4
        assert work.now == max(event.at for event in standing.events)
