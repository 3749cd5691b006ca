"""What the practice says of itself: an owner sets it, a coach reads it, papers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.people.models import Practice, Successor
from portal.people.queries import ContactBlock, contact_block
from tests.builders import World, add_colleague, add_practice
from tests.cast import DORA
from tests.pages import Browser
from tests.people.outbox import recorded

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

PATH = "/practice/settings"
CONTACT = "Berg Coaching, Lindengasse 1, 1070 Vienna"


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give the owner's browser; Dora coaches there too."""
    add_practice(world)
    add_colleague(world, DORA, "dora", enrolled=False)
    return Browser(app).be(world, "ana", "coach")


def keep(browser: Browser, **values: str) -> Page:
    return browser.post(PATH, values, page=browser.get(PATH))


def block(world: World) -> ContactBlock:
    with world.ground.work(writes=False) as work:
        return contact_block(work, work.session.get_one(Practice, world.ids["ana.practice"]))


def test_says_what_is_missing_while_nobody_is_named(world: World, ana: Browser) -> None:
    page = ana.get(PATH)
    assert "Nobody is named yet. If you fall ill" in page.text
    assert "Nothing is named yet." in page.text
    assert block(world) == ContactBlock(CONTACT, "", "", "")


def test_names_a_successor_and_a_way_without_the_portal(world: World, ana: Browser) -> None:
    page = keep(ana, successor_name="Fay Okafor", successor_contact="+43 1 555 00 01",
                withdrawal="Postfach 12, 1070 Vienna")
    assert "Kept." in page.text
    assert "named yet" not in page.text
    assert block(world) == ContactBlock(
        CONTACT, "Fay Okafor", "+43 1 555 00 01", "Postfach 12, 1070 Vienna")


def test_keeps_one_successor_at_a_time_and_every_earlier_one(world: World, ana: Browser) -> None:
    keep(ana, successor_name="Fay Okafor", successor_contact="+43 1 555 00 01")
    world.clock.move(minutes=1)
    keep(ana, successor_name="Fay Okafor", successor_contact="+43 1 555 00 02")
    world.clock.move(minutes=1)
    keep(ana, successor_name="", successor_contact="")
    assert block(world).successor_name == ""
    with world.ground.work(writes=False) as work:
        rows = work.session.scalars(select(Successor)).all()
        assert len(rows) == 2
        assert all(row.ended_at is not None for row in rows)


def test_records_which_settings_changed_and_never_what_they_say(
    world: World, ana: Browser
) -> None:
    before = len(recorded(world, world.ids["ana.practice"]))
    keep(ana)
    assert len(recorded(world, world.ids["ana.practice"])) == before
    keep(ana, name="Berg and Friends", contact="Neugasse 2, 1070 Vienna", timezone="Europe/Paris",
         successor_name="Fay Okafor", successor_contact="fay@okafor.example",
         withdrawal="Postfach 12, 1070 Vienna")
    told = recorded(world, world.ids["ana.practice"])[before:]
    assert [(kind, facts) for kind, facts, _body in told] == [
        ("successor.named", {}),
        ("practice.changed", {"keys": ["contact", "name", "successor_contact", "successor_name",
                                       "timezone", "withdrawal"]})]
    for _kind, _facts, body in told:
        assert not [w for w in ("Friends", "Neugasse", "Paris", "Fay", "okafor", "Postfach")
                    if w in body]


def test_bears_the_new_name_on_every_page(world: World, ana: Browser) -> None:
    keep(ana, name="Berg and Friends")
    assert "Berg and Friends" in ana.get("/practice").text


def test_keeps_nothing_readable(world: World, ana: Browser) -> None:
    keep(ana, successor_name="Fay Okafor", successor_contact="fay@okafor.example",
         withdrawal="Postfach 12, 1070 Vienna")
    with world.ground.work(writes=False) as work:
        practice = work.session.get_one(Practice, world.ids["ana.practice"])
        (successor,) = work.session.scalars(select(Successor))
        stored = (practice.withdrawal_enc or b"") + successor.name_enc + successor.contact_enc
    assert b"Postfach" not in stored
    assert b"Fay Okafor" not in stored
    assert b"okafor" not in stored


@pytest.mark.parametrize("field, values", [
    ("name", {"name": ""}), ("contact", {"contact": " "}), ("timezone", {"timezone": "Mars/Base"}),
    ("timezone", {"timezone": ""}), ("successor_contact", {"successor_name": "Fay Okafor"}),
    ("successor_name", {"successor_contact": "fay@okafor.example"}),
    ("withdrawal", {"withdrawal": "x" * 201}), ("name", {"name": "Berg \u200b\U000e0001"})])
def test_says_what_to_correct_and_loses_nothing(
    world: World, ana: Browser, field: str, values: dict[str, str]
) -> None:
    page = keep(ana, **{"withdrawal": "Postfach 12", **values})
    assert page.status == 422
    assert page.soup.select(f".errsum a[href='#{field}']")
    if "withdrawal" not in values:
        assert page.fields(PATH)["withdrawal"] == "Postfach 12"
    assert block(world) == ContactBlock(CONTACT, "", "", "")


def test_z5_lets_a_coach_read_and_not_change(world: World, app: Flask, ana: Browser) -> None:
    keep(ana, successor_name="Fay Okafor", successor_contact="+43 1 555 00 01")
    dora = Browser(app).be(world, "dora", "coach")
    page = dora.get(PATH)
    assert "Fay Okafor" in page.text
    assert not page.soup.select("main form")
    assert dora.post(PATH, {"name": "Dorn", "contact": "x", "timezone": "UTC"}).status == 403
    assert block(world).successor_name == "Fay Okafor"
