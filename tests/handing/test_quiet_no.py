"""The coachee has said no to some texts, or nothing yet; then the coach goes. Nobody can tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from portal.agreements.queries import standing_of_one
from portal.handing import actions
from portal.handing.policy import Answer
from portal.handing.queries import to_hand_over
from portal.jobs import run_job
from portal.people.models import Account
from portal.signing.actions import decline, take_seat
from tests.builders import World, add_colleague, opened, read_all, sign
from tests.cast import CARLA, DORA, GUS, OLGA
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.signing.table import set_table, signs
from tests.web.stage import a_world

if TYPE_CHECKING:
    from flask import Flask


def sit_down(world: World, *, declines: bool) -> None:
    """Let Ben sign T1 alone, and leave T2 and T4 or decline them; Carla has signed, Gus reads."""
    set_table(world, "carla", "gus")
    add_colleague(world, DORA, "dora")
    add_colleague(world, OLGA, "olga", "owner")
    read_all(world)
    with world.ground.work(writes=False) as work:
        own = standing_of_one(work, world.ids["engagement"]).version(world.ids["T1"]).hash
    sign(world, hash_shown=own)
    world.ids["ben.engagement"] = world.ids["engagement"]
    with world.ground.work(writes=True, actor=world.party()) as work:
        for code in ("T2", "T4") if declines else ():
            decline(work, world.ids[code])
    signs(world, "carla")
    opened(world, "gus")


def hand_over(world: World) -> str:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        actions.propose(work, to_hand_over(work, world.ids["engagement"]), world.ids["dora"])
    with world.ground.work(writes=True, actor=world.party()) as work:
        actions.answer(work, take_seat(work), Answer.YES)
    return "dora"


def let_go(world: World) -> str:
    with world.ground.work(writes=True, actor=world.coach("olga")) as work:
        actions.end_membership(work, work.session.get_one(Account, world.ids["ana.account"]),
                               cannot_hand_over=True)
    return "olga"


def seen(world: World, app: Flask, coach: str) -> list[object]:
    """Return what the others can see and were sent."""
    carla = Browser(app).be(world, "carla", "party")
    gus = Browser(app).be(world, "gus", "party", "mailbox")
    desk = Browser(app).be(world, coach, "coach")
    pages = [carla.get("/p/consents"), carla.get("/p"), gus.get("/p/start"), gus.get("/p/later"),
             desk.get("/today"), desk.get("/today?state=all"), desk.get("/practice/people"),
             desk.get("/practice/without-coach"),
             desk.get(f"/engagements/{world.ids['engagement']}"),
             desk.get(f"/engagements/{world.ids['engagement']}/terms")]
    mails = [mail for mail in waiting(world, "not_concluded", "invitation", "concluded")
             if mail.to in (CARLA.email, GUS.email, DORA.email)]
    # Rows of one instant have no order, so it is the words that are compared.
    return [*((page.status, sorted(re.sub(r"[0-9A-F]{12}", "REFERENCE", page.text).split()))
              for page in pages),
            sorted((mail.name, mail.to) for mail in mails)]


@pytest.mark.parametrize("goes", [hand_over, let_go])
def test_z4_ends_a_declined_text_as_it_ends_a_silent_one(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory, goes: object
) -> None:
    told = []
    for declines in (True, False):
        with a_world(empty_database, tmp_path_factory.mktemp("quiet")) as (world, app):
            sit_down(world, declines=declines)
            coach = goes(world)  # type: ignore[operator]
            days = []
            for later in (0, 1, 30):
                world.clock.move(days=later)
                run_job(world.ground, "deadlines")
                days.append(seen(world, app, coach))
            told.append(days)
    for declined, silent in zip(*told, strict=True):
        for quiet, nothing in zip(declined, silent, strict=True):
            assert quiet == nothing
    assert "Three-way" in str(told[0])
