"""Reminders stop with one click of a mail program or by a choice on a page, and nothing else does
(RFC 8058, law 8, Z9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.jobs import run_job
from portal.ledger.models import Entry
from portal.notices.jobs import thread_of
from portal.people.models import Person
from tests.builders import World, add_practice, add_table, issue, opened
from tests.cast import BEN, CARLA
from tests.mailroom import Mailroom, running
from tests.pages import BASE, Browser
from tests.web.stage import rows

if TYPE_CHECKING:
    from flask import Flask

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give the mail server after the first reminder to everybody."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_practice(world)
        world.ids["ben.engagement"] = add_table(world, "carla", "eli", "gus")
        issue(world)
        run_job(world.ground, "mail")
        opened(world)
        world.clock.move(days=3)
        run_job(world.ground, "reminders")
        run_job(world.ground, "mail")
        yield mailroom


def newest(room: Mailroom, address: str) -> EmailMessage:
    return [mail for mail in room.mails if mail["To"] == address][-1]


def stop_path(mail: EmailMessage) -> str:
    """Return the path that the header of a mail names."""
    address = urlsplit(str(mail["List-Unsubscribe"]).strip("<>"))
    assert f"{address.scheme}://{address.netloc}" == BASE
    return address.path


def wishes(world: World) -> list[str]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(
            select(Entry.kind).where(Entry.kind.like("party.reminders_%"))
            .order_by(Entry.chain_id, Entry.seq)))


def test_offers_to_stop_reminders_in_header_and_foot_and_in_no_other_mail(room: Mailroom) -> None:
    invitation = next(mail for mail in room.mails if mail["To"] == BEN.email)
    reminder = newest(room, BEN.email)
    assert invitation["List-Unsubscribe"] is None
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for kind in ("plain", "html"):
        first, second = invitation.get_body((kind,)), reminder.get_body((kind,))
        assert first is not None
        assert second is not None
        assert stop_path(reminder) in second.get_content()
        assert "/stop/" not in first.get_content()


def test_keeps_mails_about_one_engagement_together(world: World, room: Mailroom) -> None:
    own = [mail for mail in room.mails if mail["To"] == BEN.email]
    assert len({mail["References"] for mail in own}) == 1
    assert len({mail["Message-ID"] for mail in own}) == len(own) == 2
    assert all(mail["In-Reply-To"] == mail["References"] for mail in own)
    other = newest(room, CARLA.email)
    assert other["References"] != own[0]["References"]
    for mail in (*own, other):
        known = {value for key, value in world.ids.items() if value and key != "ana.role"}
        assert not any(value in str(mail["References"]) for value in known)
        assert (mail["Auto-Submitted"], mail["Precedence"]) == ("auto-generated", None)
        assert mail["Date"].datetime is not None
        assert [part.get_content_type() for part in mail.iter_parts()][:2] == [
            "text/plain", "text/html"]


def test_threads_nothing_that_belongs_to_no_engagement() -> None:
    from tests.notices.test_outbox import claimed

    assert thread_of(claimed(engagement_id=None), "x.example") is None
    assert thread_of(claimed(), "x.example") == thread_of(claimed(), "x.example")
    assert thread_of(claimed(), "x.example") != thread_of(claimed(recipient_id="b"), "x.example")


def test_stops_with_one_click_without_session_or_form(
    world: World, app: Flask, room: Mailroom
) -> None:
    path = stop_path(newest(room, CARLA.email))
    for _number in range(2):
        answer = app.test_client().post(path, data=ONE_CLICK, base_url=BASE)
        assert answer.status_code == 200
    assert wishes(world) == ["party.reminders_stopped"]
    before = len(room.mails)
    world.clock.move(days=4)
    run_job(world.ground, "reminders")
    run_job(world.ground, "mail")
    assert {mail["To"] for mail in room.mails[before:]}.isdisjoint({CARLA.email})
    browser = Browser(app)
    assert browser.get(newest_path(newest(room, CARLA.email))).status == 200


def newest_path(mail: EmailMessage) -> str:
    """Return the path of the link in a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return next(urlsplit(word).path for word in body.get_content().split() if "/i/" in word)


@pytest.mark.parametrize(("data", "status", "stopped"), [
    ({}, 400, False), ({"List-Unsubscribe": "yes"}, 400, False), ({"wish": "stop"}, 400, False),
    (ONE_CLICK, 200, True),
])
def test_takes_from_a_machine_the_one_click_alone(
    world: World, app: Flask, room: Mailroom, data: dict[str, str], status: int, stopped: bool
) -> None:
    path = stop_path(newest(room, CARLA.email))
    before = rows(world.ground.engine)
    assert app.test_client().post(path, data=data, base_url=BASE).status_code == status
    assert (rows(world.ground.engine) != before) is stopped


def test_asks_a_person_who_opens_the_link(world: World, app: Flask, room: Mailroom) -> None:
    path, before = stop_path(newest(room, CARLA.email)), rows(world.ground.engine)
    browser = Browser(app)
    page = browser.get(path)
    assert CARLA.name not in page.text
    assert BEN.name not in page.text
    assert browser.post(path, {}, page=page).status == 422
    assert "as before" in browser.post(path, {"wish": "keep"}, page=page).text
    assert rows(world.ground.engine) == before
    assert "No more reminders" in browser.post(path, {"wish": "stop"}, page=page).text
    assert wishes(world) == ["party.reminders_stopped"]


def test_knows_no_address_that_it_did_not_write(
    world: World, app: Flask, room: Mailroom
) -> None:
    path = stop_path(newest(room, CARLA.email))
    token = path.removeprefix("/stop/")
    link = newest_path(newest(room, CARLA.email)).removeprefix("/i/")
    nobody = world.ground.stops.make(b"0" * 32)
    for wrong in (token[:-1], token[:-1] + "-", link, nobody, "x", token + "=", "é"):
        for answer in (app.test_client().get(f"/stop/{wrong}", base_url=BASE),
                       app.test_client().post(f"/stop/{wrong}", data=ONE_CLICK, base_url=BASE)):
            assert answer.status_code == 404, wrong
    assert Browser(app).get(f"/i/{token}").status == 404
    assert wishes(world) == []


def test_lets_a_person_choose_on_their_own_page(world: World, app: Flask, room: Mailroom) -> None:
    browser = Browser(app).be(world, "ben", "party", "mailbox")
    page = browser.get("/p/mails")
    assert "Ana Berg sees what you choose here" in page.text
    shown = browser.post("/p/mails", {"reminders": "no", "timezone": "Asia/Tokyo"}, page=page)
    assert "Your choice is kept." in shown.text
    assert shown.fields("/p/mails")["reminders"] == "no"
    with world.ground.work(writes=False) as work:
        assert work.session.get_one(Person, world.ids["ben"]).timezone == "Asia/Tokyo"
    browser.post("/p/mails", {"reminders": "yes", "timezone": ""}, page=shown)
    assert browser.post("/p/mails", {"reminders": "yes", "timezone": "Mars/Base"},
                        page=shown).status == 422
    assert wishes(world) == ["party.reminders_stopped", "party.reminders_wanted"]
    with world.ground.work(writes=False) as work:
        assert work.session.get_one(Person, world.ids["ben"]).timezone is None


def test_tells_the_coach_to_call_instead(world: World, app: Flask, room: Mailroom) -> None:
    app.test_client().post(stop_path(newest(room, CARLA.email)), data=ONE_CLICK, base_url=BASE)
    ana = Browser(app).be(world, "ana", "coach")
    engagement = f"/engagements/{world.ids['engagement']}"
    page = ana.get(engagement)
    reminder = f"{engagement}/parties/{world.ids['carla.party']}/reminder"
    assert "Wants no reminders by mail: call, or ask in person." in page.text
    assert reminder not in page.html
    refused = ana.post(reminder, {})
    assert "No reminders by mail are wanted by Carla Conti." in refused.text
    assert "Carla Conti wants no more reminders by mail." in ana.get(f"{engagement}/story").text
    world.clock.move(days=2)
    ana.be(world, "ana", "coach")
    again = ana.post(f"{engagement}/parties/{world.ids['ben.party']}/reminder", {},
                     page=ana.get(engagement))
    assert "If something still waits for Ben Adler, a reminder goes out now." in again.text
    refused = ana.post(f"{engagement}/parties/{world.ids['ben.party']}/reminder", {}, page=again)
    assert "The next one can be sent from 29 November 2026, 08:00" in refused.text


def test_leads_from_the_link_to_the_choice(world: World, app: Flask, room: Mailroom) -> None:
    browser = Browser(app).be(world, "ben", "party", "mailbox")
    assert 'href="/p/mails"' in browser.get("/p/later").html
