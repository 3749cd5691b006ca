"""Somebody changes their own password (ASVS 6.2.2, 6.2.3, 7.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wtforms import PasswordField
from wtforms.fields.core import UnboundField

from portal.factors import forms
from tests.builders import World, add_practice
from tests.cast import ANA, PASSWORD
from tests.factors.test_forgotten import asks, enters, links
from tests.pages import Browser
from tests.people.outbox import kinds, waiting
from tests.people.test_joining import ask, enter
from tests.people.test_sign_ins import sign_in
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

PATH, NEW = "/account/password", "seven otters read slow maps"


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give Ana's browser, signed in just now."""
    add_practice(world)
    return sign_in(world, Browser(app))


def change(browser: Browser, current: str = PASSWORD, new: str = NEW, again: str = "") -> Page:
    """Fill in the form."""
    return browser.post(PATH, {"current": current, "password": new, "repeated": again or new},
                        page=browser.get(PATH))


def opens(app: Flask, password: str) -> bool:
    """Tell whether a password leads to the question for a code."""
    page = Browser(app).post("/sign-in", {"email": ANA.email, "password": password})
    return page.response.request.path == "/sign-in/code"


def test_lets_managers_fill_passwords_in(world: World, app: Flask, ana: Browser) -> None:
    asks(world, app)
    [reset] = links(world)
    pages = [Browser(app).get("/sign-in"), ana.get(PATH), enters(Browser(app), reset),
             enter(Browser(app), ask(world))]
    found = [(field["name"], field["autocomplete"]) for page in pages
             for field in page.soup.select("main input[type=password]")]
    new = [("password", "new-password"), ("repeated", "new-password")]
    assert found == [("password", "current-password"), ("current", "current-password"),
                     *new, *new, *new]
    # These are all that there are.
    assert len(found) == sum(
        isinstance(field, UnboundField) and field.field_class is PasswordField
        for form in vars(forms).values() if isinstance(form, type)
        for field in vars(form).values())
    login = pages[0].soup.select_one("input[name=email]")
    assert login is not None
    assert login["autocomplete"] in ("username", "email", "username email")


def test_takes_up_to_200_characters_as_they_were_typed(
    world: World, app: Flask, ana: Browser
) -> None:
    long = (" " + "seven otters read Slow maps; " * 7)[:199] + " "
    page = change(ana, new=long + "x")
    assert page.status == 422
    assert "Your password is changed." in change(ana, new=long).text
    for other in (long[:-1], long[1:], long[:-2] + "x ", long.lower(), long + " "):
        assert not opens(app, other)
    assert opens(app, long)


def test_changes_it_tells_the_person_and_ends_every_other_session(
    world: World, app: Flask, ana: Browser
) -> None:
    phone = sign_in(world, Browser(app))
    assert "Your password is changed." in change(ana).text
    assert [is_in(browser, "/today") for browser in (ana, phone)] == [True, False]
    assert (opens(app, PASSWORD), opens(app, NEW)) == (False, True)
    [mail] = waiting(world, "password_changed")
    assert mail.to == ANA.email
    assert NEW not in str(mail.values)
    assert kinds(world, world.ids["ana.practice"])[-1] == "account.password_changed"


def test_asks_for_the_current_one_and_counts_wrong_ones(
    world: World, app: Flask, ana: Browser
) -> None:
    for _time in range(5):
        page = change(ana, current="something else entirely")
        assert page.status == 422
        assert "This is not your password." in page.text
    assert "a pause of some minutes" in change(ana).text
    assert not waiting(world, "password_changed")
    world.clock.move(minutes=2)
    assert "Your password is changed." in change(ana).text


@pytest.mark.parametrize(("new", "again", "says"), [
    ("", "", "Choose a password."),
    ("short", "", "Use at least"),
    ("password1234", "", "guessed first"),
    ("ana berg ana berg", "", "guessed first"),
    (NEW, "seven otters read slow map", "The two do not match."),
])
def test_takes_no_password_that_is_no_good(
    app: Flask, ana: Browser, new: str, again: str, says: str
) -> None:
    page = change(ana, new=new, again=again)
    assert page.status == 422
    assert says in page.text
    assert opens(app, PASSWORD)


def test_shows_no_password_again_that_was_typed(ana: Browser) -> None:
    page = change(ana, current="something else entirely")
    assert "something else entirely" not in page.html
    assert NEW not in page.html


def test_asks_for_a_code_first_when_the_last_one_is_long_ago(world: World, ana: Browser) -> None:
    world.clock.move(minutes=10)
    page = ana.get(PATH)
    assert page.heading == "Is it you?"
    back = ana.post("/sign-in/again", {"proof": world.code("ana")}, page=page)
    assert back.response.request.path == PATH
