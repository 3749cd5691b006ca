"""Who forgot their password sets another one, by a link and a second factor (ASVS 6.4.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from portal.factors.actions import make_recovery_codes
from portal.factors.jobs import forget_resets
from portal.factors.policy import can_reset
from portal.jobs import run_job
from portal.people.models import Account, Person
from portal.reaching.models import DoorRequest
from tests.builders import World, add_colleague, add_practice
from tests.cast import ANA, DORA, PASSWORD
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.people.outbox import kinds, waiting
from tests.people.test_sign_ins import sign_in
from tests.web.stage import rows
from tests.web.test_csrf_and_forms import VISITS, buttons
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

ASK, SET, NEW = "/sign-in/forgotten", "/sign-in/password", "seven otters read slow maps"


@pytest.fixture
def practice(world: World) -> World:
    """Give a practice of Ana's."""
    add_practice(world)
    return world


def asks(world: World, app: Flask, email: str = ANA.email) -> Page:
    """Ask for another password, and let the job answer."""
    answer = Browser(app).post(ASK, {"email": email})
    run_job(world.ground, "door")
    return answer


def links(world: World) -> list[str]:
    """Return the paths of all links that went out."""
    return [urlsplit(mail.values["link"]).path for mail in waiting(world, "password_link")]


def enters(browser: Browser, link: str) -> Page:
    """Follow a link and press the button behind it."""
    return browser.post(link, page=browser.get(link))


def sets(browser: Browser, password: str = NEW, **proof: str) -> Page:
    """Fill the form in."""
    return browser.post(SET, {"password": password, "repeated": password, **proof},
                        page=browser.get(SET))


def opens(app: Flask, password: str) -> bool:
    """Tell whether a password leads to the question for a code."""
    page = Browser(app).post("/sign-in", {"email": ANA.email, "password": password})
    return page.response.request.path == "/sign-in/code"


def test_forgets_a_link_ninety_days_after_it_was_asked_for(practice: World, app: Flask) -> None:
    asks(practice, app)
    practice.clock.move(days=90)
    assert forget_resets(practice.ground) == 0
    practice.clock.move(seconds=1)
    assert forget_resets(practice.ground) == 1
    assert Browser(app).get(links(practice)[0]).status == 404


@pytest.mark.parametrize(("minutes", "ended", "works"), [
    (0, False, True), (59, False, True), (60, False, False), (1, True, False)])
def test_works_for_an_hour_and_once(minutes: int, *, ended: bool, works: bool) -> None:
    now = NOW + timedelta(minutes=minutes)
    assert can_reset(NOW, NOW if ended else None, now) is works


def test_sets_another_password_with_the_link_and_a_code(practice: World, app: Flask) -> None:
    desk, browser = sign_in(practice, Browser(app)), Browser(app)
    asks(practice, app)
    [link] = links(practice)
    assert enters(browser, link).response.request.path == SET
    inside = sets(browser, code=practice.fresh_code("ana"))
    assert inside.response.request.path == "/today"
    assert [is_in(one, "/today") for one in (desk, browser)] == [False, True]
    assert (opens(app, PASSWORD), opens(app, NEW)) == (False, True)
    [mail] = waiting(practice, "password_changed")
    assert mail.to == ANA.email
    assert kinds(practice, practice.ids["ana.practice"])[-2:] == [
        "account.reset_asked", "account.password_reset"]
    assert "Another password was set by a link" in browser.get("/account/events").text
    assert Browser(app).get(link).status == 404
    assert browser.get(SET).status == 404


def test_sets_up_a_new_app_after_a_recovery_code(practice: World, app: Flask) -> None:
    with practice.ground.work(writes=True) as work:
        codes = make_recovery_codes(work, work.session.get_one(Person, practice.ids["ana"]))
    browser = Browser(app)
    asks(practice, app)
    enters(browser, links(practice)[0])
    page = sets(browser, recovery=codes[0])
    assert page.response.request.path == "/sign-in/app"
    assert not is_in(browser, "/today")
    browser.post("/sign-in/app", {"code": practice.fresh_code("ana")}, page=page)
    assert is_in(browser, "/today")


@pytest.mark.parametrize(("proof", "says"), [
    ({}, "or a recovery code"), ({"code": "000000"}, "code"), ({"recovery": "AAAA"}, "recovery")])
def test_sets_nothing_by_the_link_alone(
    practice: World, app: Flask, proof: dict[str, str], says: str
) -> None:
    browser = Browser(app)
    asks(practice, app)
    enters(browser, links(practice)[0])
    page = sets(browser, **proof)
    assert page.status == 422
    assert says in page.text
    assert (opens(app, PASSWORD), opens(app, NEW)) == (True, False)
    assert not waiting(practice, "password_changed")


def test_counts_wrong_codes_with_those_of_every_other_path(practice: World, app: Flask) -> None:
    browser = Browser(app)
    asks(practice, app)
    enters(browser, links(practice)[0])
    for _time in range(5):
        sets(browser, code="000000")
    page = sets(browser, code=practice.fresh_code("ana"))
    assert page.status == 422
    assert (opens(app, PASSWORD), opens(app, NEW)) == (True, False)
    practice.clock.move(minutes=1)
    assert sets(browser, code=practice.fresh_code("ana")).response.request.path == "/today"


def test_a_scanner_that_presses_what_is_behind_the_link_changes_nothing(
    practice: World, app: Flask
) -> None:
    asks(practice, app)
    machine, [link] = Browser(app), links(practice)
    before = rows(practice.ground.engine, VISITS)
    page = machine.get(link)
    for _round in range(3):
        for action, data in buttons(page):
            page = machine.post(action, data)
    assert page.status == 422
    assert rows(practice.ground.engine, VISITS) == before
    assert enters(Browser(app), link).response.request.path == SET


@pytest.mark.parametrize("email", [ANA.email, "nobody@posteo.example", DORA.email])
def test_answers_who_forgot_a_password_alike(practice: World, app: Flask, email: str) -> None:
    """One who has an account, one who has none, and one whose account is closed."""
    add_colleague(practice, DORA, "dora")
    with practice.ground.work(writes=True) as work:
        work.session.get_one(Account, practice.ids["dora.account"]).closed_at = work.now
    browser = Browser(app)
    before = rows(practice.ground.engine)
    answer = browser.post(ASK, {"email": email}, page=browser.get(ASK))
    assert answer.status == 200
    assert email not in answer.html
    assert {name for name, _row in rows(practice.ground.engine) ^ before} == {"door_request"}
    run_job(practice.ground, "door")
    assert [mail.to for mail in waiting(practice, "password_link")] == (
        [ANA.email] if email == ANA.email else [])
    with practice.ground.work(writes=False) as work:
        assert work.session.scalars(select(DoorRequest)).one().address_enc is None


def test_sends_no_link_to_an_account_without_a_second_factor(world: World, app: Flask) -> None:
    add_practice(world, enrolled=False)
    asks(world, app)
    assert links(world) == []


def test_sends_one_an_hour_and_the_newest_alone_works(practice: World, app: Flask) -> None:
    asks(practice, app)
    asks(practice, app)
    assert len(links(practice)) == 1
    practice.clock.move(minutes=60)
    asks(practice, app)
    first, second = links(practice)
    assert Browser(app).get(first).status == 404
    assert Browser(app).get(second).status == 200
    for _time in range(5):
        practice.clock.move(minutes=60)
        asks(practice, app)
    assert len(links(practice)) == 5


def test_lets_somebody_wait_who_asks_too_often(practice: World, app: Flask) -> None:
    answers = [asks(practice, app).status for _time in range(7)]
    assert answers == [200] * 6 + [429]
    assert Browser(app).post("/lost", {"email": ANA.email}).status == 200


def test_takes_no_link_of_another_kind(practice: World, app: Flask) -> None:
    token = practice.ground.links.make(b"x" * 32)
    assert Browser(app).get(f"/password/{token}").status == 404
    assert Browser(app).get(SET).status == 404
