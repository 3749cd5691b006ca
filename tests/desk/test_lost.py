"""What did not arrive is shown to the coach: every kind of mail, to whom, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.desk.policy.look import Scope
from portal.desk.queries.lost import lost_mails_of
from portal.engagements.actions import tell
from portal.engagements.queries import by_id, parties_of
from portal.issuing import actions as issuing
from portal.jobs import run_job
from portal.notices.policy import FEWEST_TRIES
from portal.people.policy import Owner, ReadBy
from portal.reaching import actions as reaching
from tests.builders import World, add_colleague, add_practice, add_table, issue
from tests.cast import ANA, BEN, CARLA, OLGA
from tests.mailroom import Mailroom, running
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give a mail server that has taken the first invitations."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_practice(world)
        add_table(world, "carla")
        issue(world)
        run_job(world.ground, "mail")
        yield mailroom


def put(world: World, name: str, role: str) -> None:
    """Put a mail to a party into the outbox."""
    world.clock.move(hours=1)
    with world.ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        party = next(p for p in parties_of(work, [engagement.id])[engagement.id]
                     if p.role == role)
        tell(work, engagement, party, name, dedupe=f"{name}:{role}")


def board(world: World) -> list[tuple[str, bool]]:
    """Return what Ana's board says did not arrive."""
    scope = Scope(world.ids["ana.practice"], world.ids["ana"], own=True, reminds=True)
    with world.ground.work(writes=False) as work:
        return [(one.name, one.came_back) for one in lost_mails_of(work, scope)]


@pytest.mark.parametrize(("name", "role", "who", "what"), [
    ("copy_ready", "SPONSOR", CARLA.name, "The mail that a paper is ready to Carla Conti"),
    ("not_concluded", "COACHEE", BEN.name, "A mail to Ben Adler"),
    ("not_me", "COACH", "", "A mail to you"),
])
def test_shows_a_mail_of_any_kind_that_came_back(
    world: World, app: Flask, room: Mailroom, name: str, role: str, who: str, what: str
) -> None:
    room.refuse = dict.fromkeys((ANA.email, BEN.email, CARLA.email), "550 no such user")
    put(world, name, role)
    run_job(world.ground, "mail")
    assert board(world) == [(who, True)]
    ana = Browser(app).be(world, "ana", "coach")
    assert f"{who or 'To you'} : came back on 23 Nov" in ana.get("/today").text
    page = ana.get(f"/engagements/{world.ids['engagement']}")
    assert f"{what} came back on 23 Nov" in page.text
    assert ("Ask for the right address, not by mail." in page.text) is bool(who)


def test_blames_no_address_for_what_was_written(
    world: World, app: Flask, room: Mailroom
) -> None:
    put(world, "copy_ready", "SPONSOR")
    room.answers = ["554 this looks unwanted"]
    run_job(world.ground, "mail")
    page = Browser(app).be(world, "ana", "coach").get(f"/engagements/{world.ids['engagement']}")
    assert "the mail server of the address refuses what was written" in page.text


def test_shows_what_could_not_be_written_and_what_waits_for_the_portals_own_address(
    world: World, app: Flask, room: Mailroom
) -> None:
    ana, page = Browser(app), f"/engagements/{world.ids['engagement']}"
    put(world, "no_such_template", "SPONSOR")
    room.sender = "553 not yours"
    put(world, "not_me", "COACH")
    run_job(world.ground, "mail")
    assert "refuses the portal’s own address" in ana.be(world, "ana", "coach").get(page).text
    room.sender = ""
    for _number in range(FEWEST_TRIES):
        world.clock.move(hours=6)
        run_job(world.ground, "mail")
    assert board(world) == [(CARLA.name, False)]
    assert "could not be written and was set aside" in ana.be(world, "ana", "coach").get(page).text


@pytest.mark.parametrize("then", ["a mail arrives", "the address is corrected", "a month passes"])
def test_forgets_what_is_mended(world: World, room: Mailroom, then: str) -> None:
    room.refuse = {CARLA.email: "550 no such user"}
    put(world, "copy_ready", "SPONSOR")
    run_job(world.ground, "mail")
    room.refuse = {}
    if then == "a mail arrives":
        put(world, "address_changed", "SPONSOR")
        world.clock.move(hours=24)
        run_job(world.ground, "mail")
    elif then == "a month passes":
        world.clock.move(days=30)
    else:
        with world.ground.work(writes=True, actor=world.coach()) as work:
            engagement = issuing.own(work, world.ids["engagement"])
            party = reaching.party_by_id(work, engagement, world.ids["carla.party"])
            reaching.correct_address(work, engagement, party, "carla@acme.example",
                                     Owner.EMPLOYER, ReadBy.NOBODY)
    assert board(world) == []


def test_z4_never_shows_that_a_reminder_waits_or_waited_in_vain(
    world: World, app: Flask, room: Mailroom
) -> None:
    """To somebody who declined none goes out: what is missing would tell."""
    world.clock.move(days=3)
    run_job(world.ground, "reminders")
    room.answers = ["451 later"] * FEWEST_TRIES * 9
    page = f"/engagements/{world.ids['engagement']}"
    for _number in range(FEWEST_TRIES + 4):
        run_job(world.ground, "mail")
        ana = Browser(app).be(world, "ana", "coach")
        assert "he reminder" not in ana.get(page).text
        world.clock.move(hours=7)
    assert board(world) == []


def test_shows_others_of_the_practice_nothing(world: World, app: Flask, room: Mailroom) -> None:
    add_colleague(world, OLGA, "olga", "owner")
    room.refuse = {CARLA.email: "550 no such user"}
    put(world, "copy_ready", "SPONSOR")
    run_job(world.ground, "mail")
    page = Browser(app).be(world, "olga", "coach").get("/today?who=practice")
    assert "did not arrive" not in page.text
