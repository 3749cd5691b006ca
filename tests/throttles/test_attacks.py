"""Attacks, played over HTTP: how many guesses are looked at, and whom a stranger can hold up.

"Looked at" is what the access log has as wrong: a guess that was refused unseen is not among them.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from portal.factors.policy import DISABLED_AT
from portal.ground.chance import secret_bytes
from portal.jobs import run_job
from portal.ledger.models import Access
from portal.people.policy import ACCOUNT, CALL, DEAD_KEYS, PASSWORD, SIGN_INS
from portal.reaching.policy import ASKED, ASKING, SENT
from portal.throttles.views import MADE_UP
from portal.witness.policy import CHECKED
from tests.builders import World, add_practice, conclude
from tests.cast import ANA, BEN, ZOE
from tests.cast import PASSWORD as SECRET
from tests.journeys.steps import newest_link
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask

HOME, STRANGER = "198.51.100.7", "203.0.113.9"
WRONG = "not the password of anybody"


def at(app: Flask, address: str = HOME) -> Browser:
    """Return a browser in the network of an address."""
    browser = Browser(app)
    browser.client.environ_base["REMOTE_ADDR"] = address
    return browser


def networks(count: int) -> list[str]:
    return [f"203.0.{number}.1" for number in range(count)]


def send(browser: Browser, path: str, **values: str) -> Page:
    """Send a form as a program that attacks would: with the one token that it fetched once."""
    client = browser.client
    if not hasattr(client, "attackers_token"):
        client.attackers_token = browser.token()  # type: ignore[attr-defined]
    token: str = client.attackers_token  # type: ignore[attr-defined]
    return Page(client.post(path, base_url=BASE, data={"csrf_token": token, **values}))


def guess(browser: Browser, email: str = ANA.email, password: str = WRONG) -> Page:
    """Try a password."""
    return send(browser, "/sign-in", email=email, password=password)


def comes_in(world: World, browser: Browser, key: str = "ana", email: str = ANA.email) -> bool:
    """Tell whether somebody comes in with the right password and a code."""
    if guess(browser, email, SECRET).location != "/sign-in/code":
        return False
    done = send(browser, "/sign-in/code", code=world.fresh_code(key))
    # Nothing from before a sign-in survives it, the token neither.
    del browser.client.attackers_token  # type: ignore[attr-defined]
    return done.location == "/today"


def looked_at(world: World, what: str = "sign_in.password", *outcomes: str) -> int:
    """Return how many guesses somebody looked at."""
    with world.ground.work(writes=False) as work:
        return work.session.scalar(
            select(func.count()).select_from(Access)
            .where(Access.what == what, Access.outcome.in_(outcomes or ("wrong",)))) or 0


def keep_on(world: World, page: Page) -> None:
    """Wait as long as an attacker is told to."""
    world.clock.move(seconds=int(page.response.headers.get("Retry-After", 0)))


@pytest.fixture
def ana(world: World) -> World:
    """Give Ana's practice."""
    add_practice(world)
    return world


# Passwords


def test_one_network_against_one_person_gets_few_guesses_and_is_told_when_the_next_one_is(
    ana: World, app: Flask
) -> None:
    stranger, end = at(app, STRANGER), ana.clock.now() + timedelta(days=1)
    statuses = []
    while ana.clock.now() < end:
        page = guess(stranger)
        statuses.append(page.status)
        if page.status == 429:
            assert re.search(r"from 2\d November 2026, \d\d:\d\d \(.+\) on", page.text)
            keep_on(ana, page)
    assert set(statuses) == {422, 429}
    assert looked_at(ana) <= 34
    assert comes_in(ana, at(app))


def test_many_networks_against_one_person_get_no_more_than_the_ceiling(
    ana: World, app: Flask
) -> None:
    known = at(app)
    assert comes_in(ana, known)
    for address in networks(30):
        stranger = at(app, address)
        while guess(stranger).status != 429:
            pass
    assert looked_at(ana) == ACCOUNT.most
    assert guess(at(app, "192.0.2.77"), password=SECRET).status == 429
    # A browser that signed in before goes on, from wherever it is; so does everybody else.
    known.client.environ_base["REMOTE_ADDR"] = networks(1)[0]
    assert comes_in(ana, known)
    ana.clock.move(seconds=ACCOUNT.within.total_seconds())
    assert comes_in(ana, at(app, "192.0.2.77"))


def test_one_network_against_many_persons_gets_no_more_than_the_networks_ceiling(
    ana: World, app: Flask
) -> None:
    add_practice(ana, ZOE, "zoe", name="Quist Coaching")
    known = at(app, STRANGER)
    assert comes_in(ana, known)
    for number in range(SIGN_INS.most * 2):
        guess(at(app, STRANGER), ANA.email if number % 7 == 0 else f"p{number}@example.org")
    assert looked_at(ana) == SIGN_INS.most
    assert guess(at(app, STRANGER), ZOE.email, SECRET).status == 429
    assert comes_in(ana, at(app, HOME), "zoe", ZOE.email)
    assert comes_in(ana, known)
    ana.clock.move(seconds=SIGN_INS.within.total_seconds())
    assert comes_in(ana, at(app, STRANGER), "zoe", ZOE.email)


def test_a_known_browser_is_known_to_its_own_account_alone_and_waits_for_its_own_guesses(
    ana: World, app: Flask
) -> None:
    add_practice(ana, ZOE, "zoe", name="Quist Coaching")
    zoes = at(app, STRANGER)
    assert comes_in(ana, zoes, "zoe", ZOE.email)
    tries = 0
    while guess(zoes).status != 429:
        tries += 1
    assert tries == 5
    while guess(zoes, ZOE.email).status != 429:
        tries += 1
    assert tries == 10
    assert comes_in(ana, at(app, HOME), "zoe", ZOE.email)


@pytest.mark.parametrize("value", ["", "x", "e30.x", "a" * 4000])
def test_takes_no_cookie_for_known_that_it_did_not_sign(
    ana: World, app: Flask, value: str
) -> None:
    stranger = at(app, STRANGER)
    stranger.client.set_cookie("portal-device", value, domain="127.0.0.1")
    for _time in range(5):
        assert guess(stranger).status == 422
    assert guess(stranger).status == 429


def test_the_cookie_of_a_known_browser_lets_nobody_in(ana: World, app: Flask) -> None:
    known, thief = at(app), at(app, STRANGER)
    assert comes_in(ana, known)
    cookie = known.client.get_cookie("portal-device", domain="127.0.0.1")
    assert cookie is not None
    assert cookie.http_only
    assert ANA.email not in cookie.value
    thief.client.set_cookie("portal-device", cookie.value, domain="127.0.0.1")
    assert thief.get("/today", follow=False).location.startswith("/sign-in")
    assert guess(thief).status == 422


def test_believes_no_forwarded_address_while_no_proxy_is_trusted(
    ana: World, app: Flask
) -> None:
    stranger = at(app, STRANGER)
    statuses = [stranger.client.post(
        "/sign-in", base_url=BASE, headers={"X-Forwarded-For": f"192.0.{number}.1",
                                            "Forwarded": f"for=192.0.{number}.1"},
        data={"csrf_token": stranger.token(), "email": ANA.email, "password": WRONG}).status_code
        for number in range(6)]
    assert statuses == [422] * 5 + [429]


def test_believes_one_trusted_proxy_and_nothing_that_was_sent_to_it(world: World) -> None:
    from dataclasses import replace

    from portal.app import make_app

    add_practice(world)
    app = make_app(replace(world.ground.settings, proxy_hops=1), world.clock, testing=True)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground

    def status(forwarded: str) -> int:
        browser = Browser(app)
        return browser.client.post(
            "/sign-in", base_url=BASE, headers={"X-Forwarded-For": forwarded},
            data={"csrf_token": browser.token(), "email": ANA.email,
                  "password": WRONG}).status_code

    assert [status(f"192.0.{number}.1, {STRANGER}") for number in range(6)] == [422] * 5 + [429]
    assert status(f"{STRANGER}, {HOME}") == 422


# What nobody learns


@pytest.mark.parametrize("guesses", [1, 6])
def test_answers_an_address_without_an_account_as_one_with(
    ana: World, app: Flask, guesses: int
) -> None:
    answers = []
    for email in (ANA.email, "nobody.at.all@example.org"):
        browser = at(app, f"198.51.100.{len(answers)}" if guesses == 1 else
                     f"198.51.{len(answers)}.1")
        for _time in range(guesses):
            page = guess(browser, email)
        answers.append((page.status, page.response.headers.get("Retry-After"),
                        page.markup.replace(email, "")))
    assert answers[0] == answers[1]


def work_done(app: Flask, act: Any) -> tuple[list[str], int]:
    """Return the statements of an act, without their values, and how often argon2 ran."""
    import sys

    from sqlalchemy import event

    engine, told, verified = app.extensions["portal"].engine, [], 0

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    def watch(frame: Any, happened: str, _value: object) -> None:
        nonlocal verified
        verified += happened == "call" and frame.f_code.co_qualname == "PasswordHasher.verify"

    event.listen(engine, "before_cursor_execute", hear)
    sys.setprofile(watch)
    try:
        act()
    finally:
        sys.setprofile(None)
        event.remove(engine, "before_cursor_execute", hear)
    # Rows are written in the order of their digests, which say nothing.
    return sorted(told), verified


def test_does_the_same_work_for_an_address_without_an_account_as_for_one_with(
    ana: World, app: Flask
) -> None:
    guess(at(app, "192.0.2.1"), "first@example.org")
    done = []
    for number, email in enumerate((ANA.email, "nobody.at.all@example.org")):
        browser = at(app, f"198.51.{number}.1")
        token = browser.token()
        done.append(work_done(app, lambda b=browser, e=email, t=token: b.client.post(
            "/sign-in", base_url=BASE, data={"csrf_token": t, "email": e, "password": WRONG})))
    assert done[0] == done[1]
    assert done[0][1] == 1


def test_does_the_same_work_for_an_address_that_it_knows_at_the_front_door(
    ana: World, app: Flask
) -> None:
    at(app).post("/lost", {"email": "first@example.org"})
    done = []
    for email in (ANA.email, "nobody.at.all@example.org"):
        browser = at(app)
        token = browser.token()
        done.append(work_done(app, lambda b=browser, e=email, t=token: b.client.post(
            "/lost", base_url=BASE, data={"csrf_token": t, "email": e})))
    assert done[0] == done[1]


# Links, the front door, the verify page, programs


def made_up(browser: Browser, path: str) -> int:
    return browser.client.get(path.format(secret_bytes(12).hex()), base_url=BASE).status_code


@pytest.mark.parametrize("path", ["/i/{}", "/join/{}", "/stop/{}", "/feeds/{}.ics"])
def test_pauses_a_network_that_makes_links_up(ana: World, app: Flask, path: str) -> None:
    stranger = at(app, STRANGER)
    assert {made_up(stranger, path) for _time in range(MADE_UP.most)} == {404}
    late = stranger.get("/i/x.y")
    assert late.status == 429
    assert "You can try again at" in late.text
    assert 0 < int(late.response.headers["Retry-After"]) <= MADE_UP.within.total_seconds()
    assert send(stranger, "/i/x.y").status == 429
    assert made_up(at(app, HOME), path) == 404
    ana.clock.move(seconds=MADE_UP.within.total_seconds())
    assert made_up(stranger, path) == 404


def test_never_counts_a_link_that_is_ours(world: World, app: Flask) -> None:
    conclude(world)
    path = ask_for_link(world, at(app))
    home = at(app, STRANGER)
    for _time in range(MADE_UP.most + 1):
        made_up(home, "/i/{}")
    assert home.get("/i/x.y").status == 429
    for _time in range(MADE_UP.most + 1):
        assert home.get(path).status == 200


def ask_for_link(world: World, browser: Browser, email: str = BEN.email) -> str:
    """Ask at the front door; returns the newest link that went out."""
    world.clock.move(hours=2)
    assert browser.post("/lost", {"email": email}).status == 200
    run_job(world.ground, "door")
    return newest_link(world)


def test_pauses_who_asks_for_many_addresses_or_often_for_one(ana: World, app: Flask) -> None:
    stranger = at(app, STRANGER)
    statuses = [send(stranger, "/lost", email=f"p{number}@example.org").status
                for number in range(ASKING.most + 1)]
    assert statuses == [200] * ASKING.most + [429]
    statuses = [at(app, address).post("/lost", {"email": BEN.email}).status
                for address in networks(ASKED.most + 1)]
    assert statuses == [200] * ASKED.most + [429]
    ana.clock.move(hours=1)
    assert stranger.post("/lost", {"email": BEN.email}).status == 200


def test_sends_no_more_links_in_a_day_to_who_has_one_that_works(
    world: World, app: Flask
) -> None:
    conclude(world)
    links = {ask_for_link(world, at(app)) for _time in range(3)}
    world.clock.move(days=2)
    for _hour in range(24 // 2):
        links.add(newest := ask_for_link(world, at(app)))
    assert SENT.most < len(links) <= SENT.most + 4
    assert at(app).get(newest).status == 200


@pytest.mark.parametrize("with_key", [True, False])
def test_pauses_a_network_with_dead_keys_and_never_a_living_one(
    ana: World, app: Flask, with_key: bool
) -> None:
    from portal.people.actions import make_token
    from portal.people.models import Account

    with ana.ground.work(writes=True, actor=ana.coach()) as work:
        account = work.session.get_one(Account, ana.ids["ana.account"])
        _row, key = make_token(work, account, "tool", 30)
    client = at(app, STRANGER).client

    def call(header: dict[str, str]) -> int:
        return client.get("/api/v1/engagements", base_url=BASE, headers=header).status_code

    dead = {"Authorization": "Bearer portal_" + "A" * 43} if with_key else {}
    assert {call(dead) for _time in range(DEAD_KEYS.most)} == {401}
    assert call(dead) == 429
    living = {"Authorization": f"Bearer {key}"}
    assert [call(living) for _time in range(CALL.most)] == [200] * CALL.most
    assert call(living) == 429


# Codes


def test_whoever_has_a_coachs_password_gets_twenty_guesses_at_codes(
    ana: World, app: Flask
) -> None:
    """As patiently as one is told, and with a new sign-in in between."""
    browser, tried = at(app, STRANGER), 0
    for _time in range(DISABLED_AT + 2):
        ana.clock.move(minutes=20)
        guess(browser, password=SECRET)
        before = looked_at(ana, "code")
        send(browser, "/sign-in/code", code="000000")
        tried += looked_at(ana, "code") - before
    assert tried == DISABLED_AT == 20
    # Nor do they get an app of their own in place of the one that they disabled.
    assert guess(browser, password=SECRET).location == "/sign-in/recovery"
    assert browser.get("/sign-in/app", follow=False).location == "/sign-in"


def test_links_that_are_sent_again_give_no_more_guesses(world: World, app: Flask) -> None:
    """Whoever reads Ben's mailbox asks for one new link after the other (Z12)."""
    conclude(world)
    for _link in range(8):
        thief = at(app, STRANGER)
        path = ask_for_link(world, thief)
        send(thief, path)
        send(thief, "/p/who", who="me")
        for _code in range(4):
            world.clock.move(minutes=20)
            send(thief, "/p/code", code="000000")
    assert looked_at(world, "code", "wrong", "used") <= 20
    # Ben cannot sign any more with this app, and can take back all the same (Z13).
    assert takes_back(at(app), ask_for_link(world, at(app)))


# Nobody is kept from taking back (Z13)


def takes_back(browser: Browser, path: str) -> bool:
    """Tell whether somebody takes everything back with the link in their hand."""
    browser.post(path, page=browser.get(path))
    done = browser.post("/p/take-back", {"what": "all"}, page=browser.get("/p/take-back"))
    return "Everything that you agreed to here is taken back." in done.text


def flood(app: Flask, address: str) -> None:
    """Reach every limit there is from one network, and stay there."""
    stranger = at(app, address)
    for number in range(SIGN_INS.most + 1):
        page = guess(stranger, f"p{number}@example.org")
    assert page.status == 429
    for number in range(ASKING.most + 1):
        page = send(stranger, "/lost", email=f"{number}@b.example")
    assert page.status == 429
    for _number in range(CHECKED.most + 1):
        page = send(stranger, "/check", code="AAAA-BBBB-CCCC-DDDD")
    assert page.status == 429
    for _number in range(MADE_UP.most + 1):
        made_up(stranger, "/i/{}")
    assert stranger.get("/i/x.y").status == 429
    for _number in range(DEAD_KEYS.most + 1):
        called = stranger.client.get("/api/v1/engagements", base_url=BASE)
    assert called.status_code == 429


def test_z13_takes_back_from_a_network_that_has_reached_every_limit(
    world: World, app: Flask
) -> None:
    """And signs in by link and code besides: nobody without a link keeps anybody from that."""
    conclude(world)
    path = ask_for_link(world, at(app))
    flood(app, HOME)
    ben = at(app, HOME)
    page = ben.post(path, page=ben.get(path))
    page = ben.post("/p/who", {"who": "me"}, page=page)
    assert ben.post("/p/code", {"code": world.fresh_code("ben")}, page=page).status == 200
    assert ben.get("/p/consents").response.request.path == "/p/consents"
    assert takes_back(at(app, HOME), path)


def test_no_limit_stands_in_the_way_of_taking_back(app: Flask) -> None:
    """By structure: what is counted in front of a view stands before no page of somebody who is
    in, whoever adds one later."""
    counted = {endpoint for endpoint, view in app.view_functions.items()
               if hasattr(getattr(view, "__wrapped__", view), "before")}
    assert {"signing.door", "signing.enter", "factors.join_door", "tools.decisions"} <= counted
    assert not {one for one in counted if one.split(".")[0] in ("taking", "reviews")}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/p/"):
            assert rule.endpoint not in counted, rule.rule


def test_the_first_guess_of_a_place_waits_for_nothing() -> None:
    assert PASSWORD.pause(1) == timedelta(0)
