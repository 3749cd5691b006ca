"""An account with neither app nor recovery code left: let in again by the operator, after a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.factors import actions
from portal.factors.policy import KEPT_SHUT, REOPENED, is_reopened
from portal.people.models import Person
from tests.builders import World, add_practice
from tests.cast import ANA, PASSWORD
from tests.conftest import KEYS, NOW
from tests.pages import Browser
from tests.people.outbox import kinds, waiting
from tests.people.test_sign_ins import sign_in
from tests.web.test_sessions import is_in

if TYPE_CHECKING:
    from flask import Flask

    from tests.pages import Page


@pytest.fixture
def practice(world: World) -> World:
    """Give a practice of Ana's."""
    add_practice(world)
    return world


def command(world: World, *words: str, email: str = ANA.email) -> tuple[int, str]:
    """Run the operator's command on the database of a world."""
    settings = world.ground.settings
    result = CliRunner().invoke(main, ["let-back-in", *words], input=f"{email}\n", env={
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_INSTANCE_DIR": str(settings.instance_dir),
        "PORTAL_BASE_URL": settings.base_url,
        **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}})
    return result.exit_code, result.output


def reopen(world: World) -> None:
    """Let the operator do it, by the clock of the world."""
    with world.ground.work(writes=True) as work:
        actions.reopen(work, work.session.get_one(Person, world.ids["ana"]))


def password(app: Flask) -> tuple[Browser, Page]:
    """Sign in with the password, as far as that leads."""
    browser = Browser(app)
    return browser, browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD})


@pytest.mark.parametrize(("kind", "days", "proved", "is_open"), [
    (REOPENED, 0, None, False), (REOPENED, 0.99, None, False), (REOPENED, 1, None, True),
    (REOPENED, 14.99, None, True), (REOPENED, 15, None, False), (REOPENED, 2, -1, True),
    (REOPENED, 2, 0, False), (REOPENED, 2, 1, False), (KEPT_SHUT, 2, None, False),
    ("factor.enrolled", 2, None, False), (None, 2, None, False)])
def test_is_open_from_a_day_later_on_for_two_weeks_and_until_somebody_comes_in(
    kind: str | None, days: float, proved: int | None, *, is_open: bool
) -> None:
    newest = None if kind is None else (kind, NOW)
    proved_at = None if proved is None else NOW + timedelta(hours=proved)
    assert is_reopened(newest, proved_at, NOW + timedelta(days=days)) is is_open


def test_leads_to_a_new_app_a_day_after_the_operator_said_so(practice: World, app: Flask) -> None:
    desk = sign_in(practice, Browser(app))
    practice.clock.move(seconds=1)
    reopen(practice)
    assert password(app)[1].response.request.path == "/sign-in/code"
    [mail] = waiting(practice, "factor_changed")
    assert (mail.to, mail.values["what"]) == (ANA.email, "reopened")
    practice.clock.move(hours=24)
    browser, page = password(app)
    assert page.response.request.path == "/sign-in/app"
    assert not is_in(desk, "/today")
    assert not is_in(browser, "/today")
    # Whoever leaves the page finds it again.
    browser, page = password(app)
    browser.post("/sign-in/app", {"code": practice.fresh_code("ana")}, page=page)
    assert is_in(browser, "/today")
    assert "let you in again without app" in browser.get("/account/events").text
    assert password(app)[1].response.request.path == "/sign-in/code"


def test_is_stopped_by_whoever_comes_in_with_what_is_said_to_be_lost(
    practice: World, app: Flask
) -> None:
    reopen(practice)
    practice.clock.move(hours=1)
    assert is_in(sign_in(practice, Browser(app)), "/today")
    practice.clock.move(hours=24)
    assert password(app)[1].response.request.path == "/sign-in/code"


def test_is_done_and_stopped_by_the_operators_command_and_recorded(practice: World) -> None:
    assert command(practice, email="nobody@posteo.example")[0] == 1
    code, told = command(practice)
    assert code == 0
    assert "for two weeks, the password alone leads to a new app" in told
    assert kinds(practice, practice.ids["ana.practice"])[-1] == REOPENED
    assert command(practice, "--stop")[0] == 0
    assert kinds(practice, practice.ids["ana.practice"])[-1] == KEPT_SHUT
