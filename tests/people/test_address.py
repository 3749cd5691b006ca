"""Somebody signs in with another address: proven there, told to the old one, stopped from it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.ledger.models import Entry
from portal.people.jobs import forget_address_changes
from portal.people.models import AddressChange
from portal.people.policy import can_object, can_prove
from tests.builders import World, add_colleague, add_practice
from tests.cast import ANA, DORA, PASSWORD
from tests.conftest import NOW
from tests.pages import Browser
from tests.people.outbox import kinds, waiting
from tests.people.test_sign_ins import sign_in
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

PATH, NEW = "/account/address", "ana@elsewhere.example"


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give Ana's browser, signed in just now; Dora has an account too."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    return sign_in(world, Browser(app))


def ask(browser: Browser, email: str = NEW) -> Page:
    """Ask for another address."""
    return browser.post(PATH, {"email": email}, page=browser.get(PATH))


def link(world: World, name: str) -> str:
    """Return the path of the link in the newest mail of a kind."""
    return urlsplit(waiting(world, name)[-1].values["link"]).path


def choose(app: Flask, path: str, choice: str) -> Page:
    """Follow a link in a browser of its own, and choose."""
    browser = Browser(app)
    return browser.post(path, {"choice": choice}, page=browser.get(path))


def opens(app: Flask, email: str) -> bool:
    """Tell whether an address signs in with Ana's password."""
    page = Browser(app).post("/sign-in", {"email": email, "password": PASSWORD})
    return page.response.request.path == "/sign-in/code"


def test_forgets_both_addresses_ninety_days_after_one_was_asked_for(
    world: World, ana: Browser
) -> None:
    """The record says that it was asked, and when."""
    ask(ana)
    world.clock.move(days=90)
    assert forget_address_changes(world.ground) == 0
    world.clock.move(seconds=1)
    assert forget_address_changes(world.ground) == 1
    with world.ground.work(writes=False) as work:
        assert work.session.scalars(select(AddressChange)).all() == []
        assert work.session.scalars(
            select(Entry.kind).where(Entry.kind == "account.address_asked")).all()


@pytest.mark.parametrize(("hours", "done", "works"), [
    (0, False, True), (23, False, True), (24, False, False), (1, True, False)])
def test_proves_an_address_within_a_day_and_once(hours: int, *, done: bool, works: bool) -> None:
    assert can_prove(NOW, NOW if done else None, NOW + timedelta(hours=hours)) is works


@pytest.mark.parametrize(("days", "ended", "works"), [
    (0, None, True), (6, None, True), (7, None, False), (1, "objected", False),
    (1, "replaced", False), (1, "not_me", False)])
def test_lets_the_old_address_object_for_a_week(
    days: int, ended: str | None, *, works: bool
) -> None:
    assert can_object(NOW, ended, NOW + timedelta(days=days)) is works


def test_goes_on_with_the_old_address_until_the_new_one_is_proven(
    world: World, app: Flask, ana: Browser
) -> None:
    assert "Until it is used, you sign in with the old one" in ask(ana).text
    assert [mail.to for mail in waiting(world, "address_proof")] == [NEW]
    assert [mail.to for mail in waiting(world, "address_asked")] == [ANA.email]
    assert (opens(app, ANA.email), opens(app, NEW)) == (True, False)
    done = choose(app, link(world, "address_proof"), "use")
    assert done.response.request.path == "/sign-in"
    assert (opens(app, ANA.email), opens(app, NEW)) == (False, True)
    assert kinds(world, world.ids["ana.practice"])[-2:] == [
        "account.address_asked", "account.address_changed"]
    assert NEW in ana.get(PATH).text


def test_changes_nothing_when_a_scanner_follows_the_link_and_presses_the_button(
    world: World, app: Flask, ana: Browser
) -> None:
    ask(ana)
    for name in ("address_proof", "address_asked"):
        scanner, path = Browser(app), link(world, name)
        page = scanner.get(path)
        assert ANA.name not in page.text
        assert ANA.email not in page.text
        assert scanner.post(path, page=page).status == 422
    assert (opens(app, ANA.email), opens(app, NEW)) == (True, False)


def test_ends_the_change_when_the_mail_reached_somebody_else(
    world: World, app: Flask, ana: Browser
) -> None:
    ask(ana)
    path = link(world, "address_proof")
    assert "Thank you for saying so" in choose(app, path, "not_me").text
    assert Browser(app).get(path).status == 404
    assert opens(app, ANA.email)


@pytest.mark.parametrize("proven", [False, True])
def test_is_stopped_from_the_old_address_before_and_after(
    world: World, app: Flask, ana: Browser, *, proven: bool
) -> None:
    ask(ana)
    if proven:
        choose(app, link(world, "address_proof"), "use")
    world.clock.move(hours=30)
    thief = Browser(app).be(world, "ana", "coach")
    path = link(world, "address_asked")
    assert "Stopped." in choose(app, path, "stop").text
    assert not is_in(thief, "/today")
    assert (opens(app, ANA.email), opens(app, NEW)) == (True, False)
    assert Browser(app).get(link(world, "address_proof")).status == 404
    assert Browser(app).get(path).status == 404
    assert kinds(world, world.ids["ana.practice"])[-1] == "account.address_objected"


def test_goes_on_when_the_old_address_does_not_mind(
    world: World, app: Flask, ana: Browser
) -> None:
    ask(ana)
    choose(app, link(world, "address_asked"), "fine")
    choose(app, link(world, "address_proof"), "use")
    assert opens(app, NEW)


def test_takes_no_address_that_signs_in_already_and_tells_its_mailbox_alone(
    world: World, app: Flask, ana: Browser
) -> None:
    assert "A link is on its way" in ask(ana, DORA.email).text
    page = choose(app, link(world, "address_proof"), "use")
    assert page.heading == "This address has an account already"
    assert opens(app, ANA.email)


def test_takes_no_address_that_is_none_or_the_same(world: World, ana: Browser) -> None:
    for wrong, says in (("", "Enter your new mail address."), ("ana", "name@example.org"),
                        (ANA.email.upper(), "This is the address that you have.")):
        page = ask(ana, wrong)
        assert page.status == 422
        assert says in page.text
    assert not waiting(world, "address_proof", "address_asked")


def test_lets_one_link_count_when_two_were_asked_for(
    world: World, app: Flask, ana: Browser
) -> None:
    ask(ana, "first@elsewhere.example")
    first = link(world, "address_proof")
    world.clock.move(seconds=1)
    ask(ana)
    assert Browser(app).get(first).status == 404
    choose(app, link(world, "address_proof"), "use")
    assert opens(app, NEW)
    assert Browser(app).get(link(world, "address_proof")).status == 404


def test_takes_neither_link_for_the_other(world: World, app: Flask, ana: Browser) -> None:
    ask(ana)
    proof, objection = link(world, "address_proof"), link(world, "address_asked")
    swapped = [proof.replace("/address/", "/objection/"),
               objection.replace("/objection/", "/address/"), proof.replace("/address/", "/join/"),
               proof.replace("/address/", "/i/")]
    assert [Browser(app).get(path).status for path in swapped] == [404] * 4
