"""Somebody holds a copy of a session just begun, and makes the most of it; the owner of the account
hears of passwords and factors at every address, and ends what moves the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from portal.factors.actions import hold_reset
from portal.factors.queries import resettable
from portal.jobs import run_job
from portal.people.actions import make_token, not_my_change
from portal.people.models import Account, ApiToken
from portal.people.queries import provable
from portal.plain.errors import DeadLink, Missing
from tests.builders import World, add_practice
from tests.cast import ANA, PASSWORD
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.people.test_address import ask, choose, link, opens
from tests.people.test_sign_ins import sign_in
from tests.web.test_sessions import cookie, with_cookie

if TYPE_CHECKING:
    from flask import Flask

FIRST, SECOND = "first@thief.example", "second@thief.example"
ANOTHER = "seven otters read slow maps"


@pytest.fixture
def thief(world: World, app: Flask) -> Browser:
    """Give a browser with the cookie that Ana's was given a moment ago."""
    add_practice(world)
    return with_cookie(app, cookie(sign_in(world, Browser(app))))


def moves(world: World, app: Flask, thief: Browser, email: str) -> str:
    """Let the thief move the account to an address of theirs; returns the way to object to it."""
    world.clock.move(minutes=1)
    ask(thief, email)
    objection = link(world, "address_asked")
    choose(app, link(world, "address_proof"), "use")
    return objection


def objects(world: World, app: Flask, objection: str) -> None:
    """Let Ana take the change back, from the mailbox that was hers all the time."""
    world.clock.move(minutes=1)
    assert "Stopped." in choose(app, objection, "stop").text


def changes_password(world: World, app: Flask) -> None:
    world.clock.move(minutes=1)
    ana = sign_in(world, Browser(app))
    changed = ana.post("/account/password", {
        "current": PASSWORD, "password": ANOTHER, "repeated": ANOTHER},
        page=ana.get("/account/password"))
    assert "changed" in changed.text


def ends_all_ways_in(world: World, app: Flask) -> None:
    world.clock.move(minutes=1)
    ana = sign_in(world, Browser(app))
    ana.post("/practice/incident", {"whose": "practice", "reason": "stranger_was_in"},
             page=ana.get("/practice/incident"))


def test_no_later_address_undoes_what_the_first_one_took_back(
    world: World, app: Flask, thief: Browser
) -> None:
    anas = moves(world, app, thief, FIRST)
    thiefs = moves(world, app, thief, SECOND)
    with world.ground.work(writes=True) as work:
        account = work.session.get_one(Account, world.ids["ana.account"])
        token = make_token(work, account, "of a thief", 365)[0].id
    objects(world, app, anas)
    with world.ground.work(writes=False) as work:
        assert work.session.get_one(ApiToken, token).ended_at is not None
    assert Browser(app).get(thiefs).status == 404
    assert [opens(app, who) for who in (ANA.email, FIRST, SECOND)] == [True, False, False]


def test_the_first_address_takes_back_what_a_later_one_took_back_first(
    world: World, app: Flask, thief: Browser
) -> None:
    anas = moves(world, app, thief, FIRST)
    objects(world, app, moves(world, app, thief, SECOND))
    assert opens(app, FIRST)
    objects(world, app, anas)
    assert opens(app, ANA.email)


@pytest.mark.parametrize("ends", [changes_password, ends_all_ways_in])
def test_an_address_that_was_only_asked_for_is_proven_no_more(
    world: World, app: Flask, thief: Browser, ends: Callable[[World, Flask], None]
) -> None:
    ask(thief, FIRST)
    proof = link(world, "address_proof")
    ends(world, app)
    assert Browser(app).get(proof).status == 404


@pytest.mark.parametrize("ends", [None, changes_password, ends_all_ways_in])
def test_a_link_to_another_password_dies_with_the_address_it_went_to(
    world: World, app: Flask, thief: Browser, ends: Callable[[World, Flask], None] | None
) -> None:
    """Also where its button was pressed already."""
    anas = moves(world, app, thief, FIRST) if ends is None else ""
    world.clock.move(minutes=1)
    Browser(app).post("/sign-in/forgotten", {"email": FIRST if ends is None else ANA.email})
    run_job(world.ground, "door")
    (mailed,) = waiting(world, "password_link")
    path, behind = link(world, "password_link"), Browser(app)
    assert mailed.to == (FIRST if ends is None else ANA.email)
    behind.post(path, page=behind.get(path))
    assert behind.get("/sign-in/password").status == 200
    if ends is None:
        objects(world, app, anas)
    else:
        ends(world, app)
    assert Browser(app).get(path).status == 404
    assert behind.get("/sign-in/password").status == 404


@pytest.mark.parametrize("ends", [changes_password, ends_all_ways_in])
def test_who_typed_the_password_before_is_halfway_in_no_more(
    world: World, app: Flask, ends: Callable[[World, Flask], None]
) -> None:
    add_practice(world)
    halfway = Browser(app)
    page = halfway.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    assert page.response.request.path == "/sign-in/code"
    ends(world, app)
    world.clock.move(minutes=1)
    done = halfway.post("/sign-in/code", {"code": world.fresh_code("ana")}, page=page)
    assert done.response.request.path == "/sign-in"


def test_the_old_address_hears_of_a_password_as_long_as_it_may_object(
    world: World, app: Flask, thief: Browser
) -> None:
    moves(world, app, thief, FIRST)
    thief = Browser(app)
    thief.post("/sign-in", {"email": FIRST, "password": PASSWORD})
    world.clock.move(minutes=1)
    thief.post("/sign-in/code", {"code": world.fresh_code("ana")})
    for days, told in ((0, [FIRST, ANA.email]), (7, [FIRST])):
        world.clock.move(days=days)
        before = len(waiting(world, "password_changed"))
        thief = Browser(app).be(world, "ana", "coach")
        thief.post("/account/password", {
            "current": (PASSWORD, ANOTHER)[days > 0], "password": (ANOTHER, PASSWORD)[days > 0],
            "repeated": (ANOTHER, PASSWORD)[days > 0]}, page=thief.get("/account/password"))
        assert sorted(mail.to for mail in waiting(world, "password_changed")[before:]) == sorted(
            told)


@pytest.mark.postgresql
def test_who_proves_and_denies_at_once_leaves_the_objection_alive(
    world: World, app: Flask, thief: Browser
) -> None:
    """SQLite lets nobody write meanwhile."""
    ask(thief, FIRST)
    objection, proof = link(world, "address_asked"), link(world, "address_proof")
    with world.ground.work(writes=True) as slow:
        change = provable(slow, proof.rsplit("/", 1)[1])
        assert change is not None
        choose(app, proof, "use")
        with pytest.raises(DeadLink):
            not_my_change(slow, change)
    assert Browser(app).get(objection).status == 200


@pytest.mark.postgresql
def test_a_reset_that_waited_for_another_password_sets_none(world: World, app: Flask) -> None:
    """SQLite lets nobody write meanwhile."""
    add_practice(world)
    Browser(app).post("/sign-in/forgotten", {"email": ANA.email})
    run_job(world.ground, "door")
    with world.ground.work(writes=True) as slow:
        behind = resettable(slow, link(world, "password_link").rsplit("/", 1)[1])
        assert behind is not None
        changes_password(world, app)
        with pytest.raises(Missing):
            hold_reset(slow, *behind)
