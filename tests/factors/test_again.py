"""A code once more before what only the person at the keyboard may do (ASVS 7.5.1, 7.2.4)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portal.people.models import SignIn
from portal.people.policy import fresh_until, is_seen_due, last_used
from portal.web.guards import Door, guard
from tests.builders import World, add_engagement, add_practice
from tests.conftest import NOW
from tests.pages import BASE, Browser, Page
from tests.people.outbox import kinds
from tests.web.test_sessions import cookie, is_in, token, with_cookie

if TYPE_CHECKING:
    from flask import Flask

PROGRAMS, AGAIN = "/practice/programs", "/sign-in/again"


@pytest.fixture
def engaged(world: World) -> World:
    """Give a world in which Ana coaches Ben."""
    add_practice(world)
    add_engagement(world)
    return world


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give the browser of an owner who proved her factor just now."""
    add_practice(world)
    return Browser(app).be(world, "ana", "coach")


def ask_for_key(browser: Browser, name: str = "Notes tool") -> Page:
    """Ask for a key of a program, as its form does."""
    return browser.post(PROGRAMS, {"name": name, "days": "30"}, page=browser.get(PROGRAMS))


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (9, True), (10, False), (60, False)])
def test_counts_a_factor_for_ten_minutes(minutes: int, *, fresh: bool) -> None:
    until = fresh_until(NOW)
    assert until is not None
    assert (NOW + timedelta(minutes=minutes) < until) is fresh


def test_counts_nothing_where_no_factor_was_proven() -> None:
    assert fresh_until(None) is None


@pytest.mark.parametrize(("seen", "by_cookie", "used"), [
    (0, 0, 0), (0, 1, 1), (0, 2, 2), (0, 60, 2), (60, 0, 0)])
def test_believes_neither_the_cookie_nor_the_server_alone(
    seen: int, by_cookie: int, used: int
) -> None:
    at = [NOW + timedelta(minutes=minutes) for minutes in (seen, by_cookie, used)]
    assert last_used(at[0], at[1]) == at[2]


@pytest.mark.parametrize(("seconds", "due"), [(0, False), (119, False), (120, True)])
def test_keeps_that_a_session_is_used_every_two_minutes(seconds: int, *, due: bool) -> None:
    assert is_seen_due(NOW, NOW + timedelta(seconds=seconds)) is due


def test_asks_nobody_for_a_code_who_has_no_account() -> None:
    with pytest.raises(ValueError, match="only accounts"):
        guard(Door.PARTY, fresh=True)


def test_goes_on_at_once_while_the_factor_is_fresh(world: World, ana: Browser) -> None:
    world.clock.move(minutes=9, seconds=59)
    assert ask_for_key(ana).soup.select_one("#key") is not None


def test_asks_for_a_code_and_then_does_what_was_sent(world: World, ana: Browser) -> None:
    world.clock.move(minutes=10)
    page = ask_for_key(ana, "My <notes> & “dates”")
    assert page.status == 403
    assert page.heading == "Is it you?"
    assert "token.made" not in kinds(world, world.ids["ana.practice"])
    done = ana.post(AGAIN, {"proof": world.code("ana")}, page=page)
    assert done.response.request.path == PROGRAMS
    assert done.soup.select_one("#key") is not None
    assert "My <notes> & “dates”" in ana.get(PROGRAMS).text
    world.clock.move(minutes=9)
    assert ask_for_key(ana, "Another").soup.select_one("#key") is not None


def test_keeps_what_was_sent_through_a_wrong_code(world: World, ana: Browser) -> None:
    world.clock.move(minutes=10)
    page = ask_for_key(ana)
    for wrong in ("", "000000"):
        page = ana.post(AGAIN, {"proof": wrong}, page=page)
        assert page.status == 422
    assert "token.made" not in kinds(world, world.ids["ana.practice"])
    done = ana.post(AGAIN, {"proof": world.code("ana")}, page=page)
    assert done.soup.select_one("#key") is not None


def test_leads_from_a_page_to_the_code_and_back(engaged: World, app: Flask) -> None:
    ana = Browser(app).be(engaged, "ana", "coach")
    engaged.clock.move(minutes=10)
    path = f"/engagements/{engaged.ids['engagement']}/scope.csv"
    page = ana.get(path)
    assert page.heading == "Is it you?"
    answer = ana.post(AGAIN, {"proof": engaged.code("ana")}, page=page)
    assert answer.response.mimetype == "text/csv"
    assert answer.response.request.path == path


def test_gives_another_token_and_leaves_the_old_one_dead(
    world: World, app: Flask, ana: Browser
) -> None:
    world.clock.move(minutes=10)
    thief, before = with_cookie(app, cookie(ana)), token(ana, "coach")
    assert is_in(thief, "/today")
    ana.post(AGAIN, {"proof": world.code("ana")}, page=ana.get(AGAIN))
    assert token(ana, "coach") not in (None, before)
    assert is_in(ana, "/today")
    assert not is_in(thief, "/today")


def test_keeps_forms_working_that_are_open_in_other_tabs(world: World, ana: Browser) -> None:
    world.clock.move(minutes=10)
    other = ana.get(PROGRAMS)
    ana.post(AGAIN, {"proof": world.code("ana")}, page=ana.get(AGAIN))
    done = ana.post(PROGRAMS, {"name": "Typed before", "days": "30"}, page=other)
    assert done.soup.select_one("#key") is not None


def test_writes_no_password_and_no_file_into_the_page(world: World, ana: Browser) -> None:
    world.clock.move(minutes=10)
    answer, where = None, "/practice/seal"
    for _time in range(2):
        answer = ana.client.post(where, base_url=BASE, data={
            "csrf_token": ana.token(), "passphrase": "open sesame",
            "file": (io.BytesIO(b"a seal of somebody"), "seal.p12")})
        where = answer.headers.get("Location", "")
    page = Page(answer)
    assert page.status == 403
    assert "open sesame" not in page.html
    assert "a seal of somebody" not in page.html
    assert "choose or enter them once more" in page.text
    done = ana.post(AGAIN, {"proof": world.code("ana")}, page=page)
    assert done.response.request.path == "/practice/seal"
    assert done.response.request.method == "GET"
    assert "choose your file" in done.text


def test_leads_nowhere_else_than_to_pages_of_ours(world: World, ana: Browser) -> None:
    for number, elsewhere in enumerate(("https://evil.example/", "//evil.example", "/\\evil")):
        page = ana.get(f"{AGAIN}?next={elsewhere}")
        assert "evil" not in page.markup
        done = ana.post(AGAIN, {"proof": world.fresh_code("ana"), "next": elsewhere,
                                "carries": "all" if number else ""}, page=page)
        assert done.response.request.path == "/today"


def test_judges_on_the_server_how_long_a_session_was_unused(
    world: World, app: Flask, ana: Browser
) -> None:
    """A cookie that says it was used just now does not revive a session that was not."""
    world.clock.move(minutes=63)
    with ana.client.session_transaction(base_url=BASE) as session:
        session["coach_seen"] = int(world.clock.now().timestamp())
    assert not is_in(ana, "/today")


def test_keeps_that_a_session_is_used_though_a_look_writes_nothing(
    world: World, ana: Browser
) -> None:
    for minutes, seen in ((1, 0), (1, 2), (1, 2), (30, 33)):
        world.clock.move(minutes=minutes)
        assert is_in(ana, "/today")
        with world.ground.work(writes=False) as work:
            [row] = work.session.query(SignIn).all()
            assert row.seen_at == NOW + timedelta(minutes=seen)
