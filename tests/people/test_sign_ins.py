"""Everybody sees where they are signed in, and ends what should not be (ASVS 7.5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal.people.models import SignIn
from tests.builders import World, add_colleague, add_practice
from tests.cast import ANA, DORA, PASSWORD
from tests.pages import BASE, Browser
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def at(browser: Browser, agent: str, address: str) -> Browser:
    """Let a browser call itself something, and come from an address."""
    browser.client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    return browser


def sign_in(world: World, browser: Browser) -> Browser:
    """Let Ana in with password and code."""
    browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    browser.post("/sign-in/code", {"code": world.fresh_code("ana")})
    return browser


@pytest.fixture
def desk(world: World, app: Flask) -> Browser:
    """Give the browser on Ana's desk."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    return sign_in(world, at(Browser(app), FIREFOX, "192.0.2.77"))


@pytest.fixture
def phone(world: World, app: Flask, desk: Browser) -> Browser:
    """Give the browser in Ana's pocket, where she signed in last."""
    return sign_in(world, at(Browser(app), SAFARI, "2001:db8:1:2::3"))


def ends(page: Page) -> list[str]:
    """Return where single sessions are ended from this page."""
    return [str(form["action"]) for form in page.soup.select('form[action$="/end"]')
            if "/sessions/" in str(form["action"])]


def rows(world: World, **values: Any) -> list[SignIn]:
    """Return the sessions of Ana that are open."""
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(
            select(SignIn).filter_by(person_id=world.ids["ana"], ended_at=None, **values)))


def test_says_where_since_when_and_when_last_and_keeps_no_address(
    world: World, desk: Browser, phone: Browser
) -> None:
    world.clock.move(minutes=5)
    desk.get("/today")
    shown = desk.get("/account").text
    assert "Firefox Here, in this browser" in shown
    assert "Safari From the network 2001:db8:1::/48" in shown
    assert "10:00 (Central European Standard Time)" in shown
    assert "10:06 (Central European Standard Time)" in shown
    assert {(row.network, row.browser) for row in rows(world)} == {
        ("192.0.2.0/24", "Firefox"), ("2001:db8:1::/48", "Safari")}


def test_ends_one_session_at_once(desk: Browser, phone: Browser) -> None:
    [end] = ends(desk.get("/account"))
    assert is_in(phone, "/today")
    done = desk.post(end, page=desk.get("/account"))
    assert "That session has ended" in done.text
    assert not is_in(phone, "/today")
    assert is_in(desk, "/today")
    assert "You are signed in nowhere else." in done.text


def test_ends_all_others_and_not_the_one_in_hand(
    world: World, app: Flask, desk: Browser, phone: Browser
) -> None:
    third = sign_in(world, Browser(app))
    dora = Browser(app).be(world, "dora", "coach")
    desk.post("/account/other-sessions/end", page=desk.get("/account"))
    assert [is_in(browser, "/today") for browser in (desk, phone, third, dora)] == [
        True, False, False, True]


def test_signs_out_whoever_ends_the_session_in_hand(world: World, desk: Browser) -> None:
    [row] = rows(world)
    done = desk.post(f"/account/sessions/{row.id}/end")
    assert done.response.request.path == "/sign-in"
    assert not is_in(desk, "/today")


def test_ends_no_session_of_anybody_else(world: World, app: Flask, desk: Browser) -> None:
    dora, [row] = Browser(app).be(world, "dora", "coach"), rows(world)
    assert dora.post(f"/account/sessions/{row.id}/end").status == 404
    assert is_in(desk, "/today")


def test_lists_no_session_that_is_over(world: World, desk: Browser, phone: Browser) -> None:
    world.clock.move(minutes=59)
    desk.get("/today")
    assert len(ends(desk.get("/account"))) == 1
    world.clock.move(minutes=2)
    assert ends(desk.get("/account")) == []


def test_keeps_the_two_kinds_of_session_apart(world: World, app: Flask, desk: Browser) -> None:
    """A person who coaches and was also asked to sign sees each kind in its own place."""
    Browser(app).be(world, "ana", "party")
    assert ends(desk.get("/account")) == []
    with desk.client.session_transaction(base_url=BASE) as session:
        assert "party" not in session


def test_tells_what_happened_newest_first_and_marks_a_new_network(
    world: World, app: Flask, desk: Browser, phone: Browser
) -> None:
    world.clock.move(seconds=30)
    Browser(app).post("/sign-in", {"email": ANA.email, "password": "not the password"})
    world.clock.move(seconds=30)
    stranger = Browser(app)
    stranger.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    stranger.post("/sign-in/code", {"code": "000000"})
    world.clock.move(seconds=30)
    page = desk.get("/account/events")
    told = [" ".join(item.get_text(" ").split()) for item in page.soup.select("ol.log li")]
    wanted = ["A code was wrong.", "A password was wrong.",
              "You signed in. Safari, network 2001:db8:1::/48. From a network that is new here.",
              "You signed in. Firefox, network 192.0.2.0/24."]
    found = [next((part for part in wanted if part in line), None) for line in told]
    assert [part for part in found if part is not None] == wanted
    assert all("(Central European Standard Time)" in line for line in told)


def test_tells_nobody_of_somebody_elses_account(
    world: World, app: Flask, desk: Browser, phone: Browser
) -> None:
    page = Browser(app).be(world, "dora", "coach").get("/account/events")
    assert "Safari" not in page.text
    assert page.text.count("You signed in.") == 1


def test_lets_no_guesses_push_out_what_was_changed_or_hide_a_new_network(
    app: Flask, desk: Browser, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.desk.queries.events.MOST", 2)
    Browser(app).post("/sign-in", {"email": ANA.email, "password": "not the password"})
    page = desk.get("/account/events")
    assert "stand here." in page.text
    lines = [item.get_text(" ") for item in page.soup.select("ol.log li")]
    assert sum("You signed in." in line for line in lines) == 1
    assert sum("From a network that is new here." in line for line in lines) == 1
    assert any("set up" in line for line in lines), lines
