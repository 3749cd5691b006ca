"""Two tabs at the same moment: one order, recorded, and never both."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from portal.agreements.queries import standing_of_one
from portal.sharing.policy import Code
from portal.signing.queries import seat_of
from tests.builders import World, opened, read_all, vouch_for
from tests.pages import Browser, Page
from tests.sharing.table import GOALS, asked, seat_everyone
from tests.signing.table import ben_signs, set_table, states
from tests.taking.acts import entries

if TYPE_CHECKING:
    from flask import Flask


def both(*sent: tuple[Browser, str, dict[str, str], Page]) -> list[int]:
    """Send two forms at the same moment; returns what came back for each."""
    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(lambda one: one[0].post(
            one[1], one[2], page=one[3], follow=False).status, sent))


def order(world: World, *kinds: str) -> list[str]:
    with world.ground.work(writes=False) as work:
        return [event.kind for event in standing_of_one(work, world.ids["engagement"]).events
                if event.kind in kinds]


def test_takes_a_line_back_once_in_two_tabs(world: World, app: Flask) -> None:
    seat_everyone(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    path = f"/p/agreements/{world.ids['T2']}/lines/2/withdrawal"
    tabs = [Browser(app).be(world, "ben", "party") for _ in range(2)]
    assert both(*((tab, path, {"press": "all"}, tab.get(path)) for tab in tabs)) == [303, 303]
    assert len(entries(world, "line.withdrawn")) == 1


@pytest.mark.parametrize("first", ["sign", "take"])
def test_signs_and_takes_back_in_one_order(world: World, app: Flask, first: str) -> None:
    """Carla signs while Ben takes the whole text back. Whichever comes first, nothing of it is in
    force afterwards, and the record says in which order it was."""
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    world.clock.move(seconds=1)
    opened(world, "carla")
    read_all(world, "carla")
    ben, carla = (Browser(app).be(world, "ben", "party"),
                  Browser(app).be(world, "carla", "party", "mailbox"))
    path = f"/p/agreements/{world.ids['T2']}/withdrawal"
    with world.ground.work(writes=False, actor=world.party("carla")) as work:
        hash_ = seat_of(work).standing.version(world.ids["T2"]).hash
    takes = (ben, path, {"press": "yes"}, ben.get(path))
    signs = (carla, "/p/sign", {"ticks": hash_, "code": world.fresh_code("carla"), "erecord": "y",
                                "mark": "type"}, carla.get("/p/sign"))
    assert both(*((signs, takes) if first == "sign" else (takes, signs))) == [303, 303]
    after = order(world, "version.signed", "version.declined", "version.withdrawn")
    ended = next(kind for kind in after if kind != "version.signed")
    place = after.index(ended)
    assert (ended, place) in (("version.withdrawn", len(after) - 1),
                              ("version.declined", len(after) - 2))
    vouch_for(world, "carla")
    vouch_for(world, "ben")
    assert states(world)["T2"] in ("WITHDRAWN", "DECLINED")
    assert asked(world, "carla", GOALS).code is not Code.GRANT
