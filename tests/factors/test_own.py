"""A second app beside the first: proven by the first, listed, removed, never the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.factors.actions import CodeRefused, CodeTaken, use_code
from portal.factors.models import Factor
from portal.factors.policy import MOST_APPS, AppNo, CodeNo, why_not_another, why_not_remove
from portal.people.models import Person, SignIn
from tests.builders import World, conclude
from tests.pages import Browser, Page
from tests.people.outbox import kinds, waiting
from tests.returning.test_pages import code_for, key_on

if TYPE_CHECKING:
    from flask import Flask

PLACES = [("ben", "party", "/p/account"), ("ana", "coach", "/account/authenticators")]


def seed(world: World, who: str) -> str:
    """Return the key of somebody's only app."""
    with world.ground.work(writes=False) as work:
        return work.reveal(work.session.scalars(
            select(Factor).where(Factor.person_id == world.ids[who])).one(), "secret")


def take(world: World, who: str, code: str) -> CodeTaken | CodeRefused:
    with world.ground.work(writes=True) as work:
        return use_code(work, work.session.get_one(Person, world.ids[who]), code)


def adds(world: World, browser: Browser, who: str, root: str) -> Page:
    """Let somebody add an app that they call a tablet; returns the list."""
    page = browser.get(f"{root}/app")
    page = browser.post(f"{root}/app", {"name": "Tablet", "code": world.fresh_code(who)},
                        page=page)
    assert page.heading == "Set up the other app"
    return browser.post(f"{root}/app/new", {"code": code_for(world, key_on(page))}, page=page)


@pytest.mark.parametrize(("who", "scope", "root"), PLACES)
def test_adds_an_app_and_removes_the_one_that_was_first(
    world: World, app: Flask, who: str, scope: str, root: str
) -> None:
    conclude(world)
    browser, elsewhere = (Browser(app).be(world, who, scope) for _n in range(2))
    assert "Remove" not in browser.get(root).text
    first = seed(world, who)
    page = adds(world, browser, who, root)
    assert "Both apps count from now on." in page.text
    rows = page.soup.select("ul.waits > li")
    assert ["Tablet" in rows[0].get_text(), "Tablet" in rows[1].get_text()] == [True, False]
    # The first one still counts, beside the second.
    assert isinstance(take(world, who, code_for(world, first)), CodeTaken)
    removal = str(rows[1].find("a")["href"])
    page = browser.post(removal, {"code": world.fresh_code(who)}, page=browser.get(removal))
    assert "every other session of yours has ended" in page.text
    assert "Remove" not in page.text.replace("removed", "")
    refused = take(world, who, code_for(world, first))
    assert isinstance(refused, CodeRefused)
    assert refused.why is CodeNo.WRONG
    assert browser.get(root).status == 200
    assert elsewhere.get(root).heading != "How I come in"
    assert kinds(world, world.ids["ana.practice"])[-2:] == ["factor.enrolled", "factor.retired"]
    assert [mail.values["what"] for mail in waiting(world, "factor_changed")] == [
        "beside", "removed"]


@pytest.mark.parametrize(("who", "scope", "root"), PLACES)
def test_asks_for_no_code_where_there_are_as_many_as_there_can_be(
    world: World, app: Flask, who: str, scope: str, root: str
) -> None:
    conclude(world)
    browser = Browser(app).be(world, who, scope)
    drawn = browser.get(f"{root}/app")
    for _number in range(MOST_APPS - 1):
        adds(world, browser, who, root)
    says = "You have as many apps as one person can have. Remove one first."
    assert says in browser.get(f"{root}/app").text
    # A page that was drawn before says so too, and the code is still good.
    code = world.fresh_code(who)
    assert says in browser.post(f"{root}/app", {"name": "Sixth", "code": code}, page=drawn).text
    assert isinstance(take(world, who, code), CodeTaken)


@pytest.mark.parametrize(("who", "scope", "root"), PLACES)
def test_keeps_the_last_one(
    world: World, app: Flask, who: str, scope: str, root: str
) -> None:
    conclude(world)
    browser = Browser(app).be(world, who, scope)
    from tests.returning.lost import enrolled

    path = f"{root}/apps/{enrolled(world, who)}/removal"
    assert "the only one that counts" in browser.get(path).text
    assert browser.post(path, {"code": world.fresh_code(who)}).status == 422


def test_is_shown_to_the_browser_alone_that_gave_the_code(world: World, app: Flask) -> None:
    conclude(world)
    ben, other = (Browser(app).be(world, "ben", "party") for _n in range(2))
    page = ben.get("/p/account/app")
    ben.post("/p/account/app", {"name": "Tablet", "code": world.fresh_code("ben")}, page=page)
    assert other.get("/p/account/app/new").heading == "Add another app"
    assert other.get("/p/account/app/qr.svg").status == 404


def test_takes_no_code_of_an_app_that_is_to_be_removed(world: World, app: Flask) -> None:
    conclude(world)
    ben = Browser(app).be(world, "ben", "party")
    page = adds(world, ben, "ben", "/p/account")
    removal = str(page.soup.select("ul.waits > li")[0].find("a")["href"])
    page = ben.post(removal, {"code": world.fresh_code("ben")}, page=ben.get(removal))
    assert page.status == 422


def test_asks_for_a_code_before_codes_are_made_in_an_old_session(
    world: World, app: Flask
) -> None:
    conclude(world)
    ben = Browser(app).be(world, "ben", "party")
    world.clock.move(minutes=11)
    page = ben.get("/p/account/codes")
    assert page.soup.find("input", {"name": "code"}) is not None
    assert ben.post("/p/account/codes", {"ready": "y"}, page=page).status == 422
    page = ben.post("/p/account/codes", {"code": world.fresh_code("ben")}, page=page)
    assert page.heading == "Put these codes away now"
    with world.ground.work(writes=False) as work:
        assert work.session.query(SignIn).count() > 0


@pytest.mark.parametrize(("count", "another", "remove"), [
    (0, None, AppNo.LAST), (1, None, AppNo.LAST), (2, None, None),
    (MOST_APPS - 1, None, None), (MOST_APPS, AppNo.TOO_MANY, None)])
def test_says_how_many_there_may_be(
    count: int, another: AppNo | None, remove: AppNo | None
) -> None:
    assert (why_not_another(count), why_not_remove(count)) == (another, remove)
