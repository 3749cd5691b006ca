"""The life of a link: looking opens nothing, dead ones look alike, a new one ends the old."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.ground.chance import secret_bytes
from portal.ground.tokens import SECRET_BYTES
from portal.jobs import run_job
from portal.links.actions import state_of
from portal.links.models import Invitation
from portal.links.queries import of_person
from portal.notices.actions import claim, settle
from portal.notices.jobs import letter
from portal.notices.policy import Attempt, Outcome
from portal.reaching.models import DoorRequest
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all, sign
from tests.cast import ANA, BEN, YUL, ZOE, Character
from tests.journeys.steps import newest_link
from tests.pages import BASE, Browser, Page
from tests.web.stage import a_world, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

_CSRF = re.compile(rb'(name="csrf_token"[^>]*value=")[^"]+')
DEAD = ("unknown", "misspelt", "of another key", "expired", "revoked", "used", "replaced",
        "not me", "declined", "recalled")


def plain(answer: TestResponse) -> tuple[int, bytes, dict[str, str]]:
    """Return an answer without what differs every time: the form token."""
    headers = {name: value for name, value in answer.headers if name != "Set-Cookie"}
    return answer.status_code, _CSRF.sub(rb"\1", answer.get_data()), headers


def ask_for(world: World, key: str, who: Character = BEN, coach: str = "ana") -> str:
    """Let a coach send somebody terms; returns the path of the link."""
    world.ids[f"{key}.engagement"] = add_engagement(world, who, key, coach)
    issue(world, coach)
    world.clock.move(seconds=1)
    return newest_link(world)


def state(world: World, key: str = "ben") -> list[str]:
    """Return the states of somebody's links, oldest first."""
    with world.ground.work(writes=False) as work:
        return [state_of(work, link) for link in links(world, work, key)]


def links(world: World, work: object, key: str) -> list[Invitation]:
    """Return somebody's links, oldest first."""
    return of_person(work, world.ids[f"{key}.practice"],  # type: ignore[arg-type]
                     world.ids["engagement"], world.ids[key])


def press(world: World, app: Flask, key: str, button: str) -> None:
    """Let Ana press a button of an engagement's page."""
    ana = Browser(app).be(world, "ana", "coach")
    path = button.format(party=f"parties/{world.ids[f'{key}.party']}",
                         version=f"versions/{world.ids['version']}")
    answer = ana.post(f"/engagements/{world.ids[f'{key}.engagement']}/{path}", follow=False)
    assert answer.status == 303, answer.text


def say(app: Flask, path: str, who: str) -> tuple[Browser, Page]:
    """Come in by a link and say who one is."""
    browser = Browser(app)
    page = browser.post(path, page=browser.get(path))
    return browser, browser.post("/p/who", {"who": who}, page=page)


@pytest.fixture(scope="module")
def graves(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Flask, dict[str, str]]]:
    """Give a world with a dead link of every kind, and one that lives."""
    with a_world(empty_database, tmp_path_factory.mktemp("links")) as (world, app):
        add_practice(world)
        dead = {"expired": ask_for(world, "expired")}
        world.clock.move(days=40)
        for kind, button in (("revoked", "{party}/link/revocation"), ("replaced", "{party}/link"),
                             ("recalled", "{version}/recall")):
            dead[kind] = ask_for(world, kind)
            press(world, app, kind, button)
        dead["used"] = ask_for(world, "used")
        opened(world, "used")
        read_all(world, "used")
        sign(world, "used")
        dead["not me"] = ask_for(world, "not_me")
        say(app, dead["not me"], "not_me")
        dead["declined"] = ask_for(world, "declined")
        browser, _start = say(app, dead["declined"], "me")
        decline = f"/p/decline/{world.ids['version']}"
        browser.post(decline, {"sure": "decline"}, page=browser.get(decline))
        living = ask_for(world, "living")
        dead["unknown"] = f"/i/{world.ground.links.make(secret_bytes(SECRET_BYTES))}"
        dead["misspelt"] = living[:-1] + ("A" if living[-1] != "A" else "B")
        dead["of another key"] = living.split(".")[0] + "." + dead["unknown"].split(".")[1]
        yield world, app, {**dead, "living": living}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_answers_every_dead_link_alike(
    graves: tuple[World, Flask, dict[str, str]], method: str
) -> None:
    _world, app, paths = graves

    @cache
    def answer(kind: str) -> tuple[int, bytes, dict[str, str]]:
        browser = Browser(app)
        data = {"csrf_token": browser.token()} if method == "POST" else None
        return plain(browser.client.open(paths[kind], method=method, base_url=BASE, data=data))

    for kind in DEAD:
        assert answer(kind) == answer("unknown"), kind
        assert answer(kind)[0] == 404
    assert answer("living") != answer("unknown")


@pytest.mark.parametrize("kind", DEAD)
def test_lets_nobody_further_by_a_dead_link(
    graves: tuple[World, Flask, dict[str, str]], kind: str
) -> None:
    world, app, paths = graves
    browser, before = Browser(app), rows(world.ground.engine)
    page = browser.post(paths[kind])
    assert page.status == 404
    assert "/lost" in [a["href"] for a in page.soup.find_all("a", href=True)]
    assert browser.get("/p/who").status == 404
    assert browser.post("/p/who", {"who": "me"}).status == 404
    assert browser.get("/p/start", follow=False).location.startswith("/lost")
    assert rows(world.ground.engine) == before


def test_shows_a_practice_and_a_button_behind_a_living_link(
    graves: tuple[World, Flask, dict[str, str]]
) -> None:
    _world, app, paths = graves
    page = Browser(app).get(paths["living"])
    assert page.status == 200
    assert "Berg Coaching" in page.text
    shown = page.markup.replace(paths["living"], "")  # whose letters may spell any name
    for personal in (ANA.name, BEN.name, BEN.email, ANA.email, "Ben", "Ana"):
        assert personal not in shown
    assert len(page.soup.find_all("form", method="post")) == 1


@pytest.fixture
def asked(world: World) -> World:
    """Give a world in which Ben's link waits, unopened."""
    add_practice(world)
    ask_for(world, "ben")
    assert state(world) == ["CREATED"]
    return world


def test_opens_nothing_by_looking_or_by_the_button(asked: World, app: Flask) -> None:
    path, before = newest_link(asked), rows(asked.ground.engine)
    browser = Browser(app)
    for _time in range(10):
        for method in ("GET", "HEAD", "OPTIONS"):
            assert browser.client.open(path, method=method, base_url=BASE).status_code == 200
        page = browser.post(path, page=browser.get(path))
        assert page.response.request.path == "/p/who"
    for answer in ({}, {"who": ""}, {"who": "maybe"}, {"who": "ME"}):
        assert browser.post("/p/who", answer, page=page).status == 422
    assert rows(asked.ground.engine) == before
    assert state(asked) == ["CREATED"]


def test_preselects_nobody(asked: World, app: Flask) -> None:
    browser, path = Browser(app), newest_link(asked)
    page = browser.post(path, page=browser.get(path))
    choices = page.soup.find_all("input", {"name": "who"})
    assert {choice["value"] for choice in choices} == {"me", "not_me"}
    assert [choice for choice in choices if choice.has_attr("checked")] == []


def test_opens_when_the_person_says_who_they_are_and_stays_open(
    asked: World, app: Flask
) -> None:
    path = newest_link(asked)
    _browser, start = say(app, path, "me")
    assert start.response.request.path == "/p/start"
    assert state(asked) == ["OPENED"]
    asked.clock.move(days=3)
    assert say(app, path, "me")[1].response.request.path == "/p/start"
    assert state(asked) == ["OPENED"]


def test_takes_the_token_out_of_the_address(asked: World, app: Flask) -> None:
    path = newest_link(asked)
    browser, start = say(app, path, "me")
    secret = path.removeprefix("/i/")
    for page in (browser.get("/p/who"), start, browser.get("/p/read/1"), browser.get("/p/sign")):
        assert secret not in page.html
        assert secret not in page.response.request.url


def test_ends_a_link_to_the_second(asked: World, app: Flask) -> None:
    path = newest_link(asked)
    with asked.ground.work(writes=False) as work:
        ends = links(asked, work, "ben")[0].expires_at
    asked.clock.move(seconds=(ends - asked.clock.now()).total_seconds() - 1)
    assert Browser(app).get(path).status == 200
    asked.clock.move(seconds=1)
    assert Browser(app).get(path).status == 404


@pytest.mark.parametrize("button", ["{party}/link", "{party}/reminder"])
def test_ends_the_old_link_when_a_new_one_goes_out(
    asked: World, app: Flask, button: str
) -> None:
    old = newest_link(asked)
    asked.clock.move(days=2)
    press(asked, app, "ben", button)
    if button.endswith("reminder"):
        # Its link is made when the mail goes out: until then the one before works.
        assert Browser(app).get(old).status == 200
        run_job(asked.ground, "mail")
    new = newest_link(asked)
    assert new != old
    assert Browser(app).get(old).status == 404
    assert Browser(app).get(new).status == 200
    assert state(asked) == ["REVOKED", "CREATED"]


def test_forgets_who_pressed_the_button_once_the_link_is_ended(asked: World, app: Flask) -> None:
    browser, path = Browser(app), newest_link(asked)
    page = browser.post(path, page=browser.get(path))
    press(asked, app, "ben", "{party}/link/revocation")
    answer = browser.post("/p/who", {"who": "me"}, page=page)
    assert answer.status == 404
    assert browser.get("/p/start", follow=False).location.startswith("/lost")


def test_ends_the_link_of_somebody_else_and_tells_the_coach_without_content(
    asked: World, app: Flask
) -> None:
    path = newest_link(asked)
    assert claim(asked.ground, "mail") is not None
    browser, answer = say(app, path, "not_me")
    assert answer.status == 200
    assert BEN.name not in answer.html
    assert ANA.name not in answer.html
    assert Browser(app).get(path).status == 404
    assert browser.get("/p/who").status == 404
    assert state(asked) == ["REVOKED"]
    mail = claim(asked.ground, "mail")
    assert mail is not None
    assert (mail.name, mail.destination) == ("not_me", ANA.email)
    assert claim(asked.ground, "mail") is None
    sent = letter([mail], asked.ground.settings, asked.clock.now())
    for secret in (BEN.name, "Ben", BEN.email, path, "/i/", "onfidential"):
        assert secret not in sent.text + sent.html + sent.subject, secret


# The front door.


def ask_at_the_door(app: Flask, address: str) -> tuple[int, bytes, dict[str, str]]:
    browser = Browser(app)
    page = browser.post("/lost", {"email": address}, page=browser.get("/lost"))
    assert address.encode() not in page.response.get_data()
    return plain(page.response)


def letters(world: World) -> list[tuple[str, str]]:
    """Take every mail that waits; returns what each is and where it goes."""
    found = []
    while (mail := claim(world.ground, "mail")) is not None:
        found.append((mail.name, mail.destination))
        with world.ground.work(writes=True) as work:
            settle(work, mail, Attempt(Outcome.DONE))
    return found


@pytest.fixture
def waiting(asked: World) -> World:
    """Give a world whose first mail is out, and in which an hour has passed."""
    assert letters(asked) == [("invitation", BEN.email)]
    asked.clock.move(hours=1)
    return asked


def shapes(world: World) -> set[tuple[bool, ...]]:
    """Return which columns of the door's questions hold something, and how long they are."""
    with world.ground.work(writes=False) as work:
        return {(row.practice_id is None, len(row.address_enc or b""), row.settled_at is None)
                for row in work.session.scalars(select(DoorRequest))}


def test_answers_everybody_alike_at_the_front_door(waiting: World, app: Flask) -> None:
    known, unknown = BEN.email, "x" * (len(BEN.email) - len("@y.example")) + "@y.example"
    assert len(known) == len(unknown)
    before = rows(waiting.ground.engine, ("access_log", "door_request"))
    assert ask_at_the_door(app, known) == ask_at_the_door(app, unknown)
    assert ask_at_the_door(app, ANA.email) == ask_at_the_door(app, unknown)
    assert rows(waiting.ground.engine, ("access_log", "door_request")) == before
    with waiting.ground.work(writes=False) as work:
        asked = list(work.session.scalars(select(DoorRequest)))
        assert len(asked) == 4
        assert {(r.practice_id, r.settled_at, r.asked_at) for r in asked} == {
            (None, None, waiting.clock.now())}
        assert len({len(r.address_enc or b"") for r in asked}) == 2


def test_writes_to_the_right_person_alone(waiting: World, app: Flask) -> None:
    for address in (BEN.email, "somebody@else.example", ANA.email):
        ask_at_the_door(app, address)
    assert run_job(waiting.ground, "door") == 3
    assert letters(waiting) == [("invitation", BEN.email)]
    assert shapes(waiting) == {(True, 0, False)}
    assert run_job(waiting.ground, "door") == 0


def test_sends_one_link_an_hour_however_often_one_asks(waiting: World, app: Flask) -> None:
    for _time in range(2):
        ask_at_the_door(app, BEN.email.upper())
        ask_at_the_door(app, f" {BEN.email} ")
    run_job(waiting.ground, "door")
    assert letters(waiting) == [("invitation", BEN.email)]
    waiting.clock.move(minutes=59)
    ask_at_the_door(app, BEN.email)
    run_job(waiting.ground, "door")
    assert letters(waiting) == []
    waiting.clock.move(minutes=1)
    ask_at_the_door(app, BEN.email)
    run_job(waiting.ground, "door")
    assert letters(waiting) == [("invitation", BEN.email)]
    assert state(waiting) == ["REVOKED", "REVOKED", "CREATED"]


def test_leads_a_person_of_two_practices_into_both(world: World, app: Flask) -> None:
    add_practice(world)
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    ask_for(world, "ben")
    ask_for(world, "ben too", BEN, "zoe")
    ask_for(world, "yul", YUL, "zoe")
    letters(world)
    world.clock.move(hours=2)
    ask_at_the_door(app, BEN.email)
    run_job(world.ground, "door")
    assert letters(world) == [("invitation", BEN.email)] * 2


def test_sends_the_way_back_to_somebody_who_has_signed(waiting: World, app: Flask) -> None:
    opened(waiting)
    read_all(waiting)
    sign(waiting)
    letters(waiting)
    waiting.clock.move(hours=1)
    ask_at_the_door(app, BEN.email)
    run_job(waiting.ground, "door")
    path = newest_claimed(waiting)
    assert Browser(app).get(path).status == 200
    waiting.clock.move(hours=24)
    assert Browser(app).get(path).status == 404


def newest_claimed(world: World) -> str:
    """Return the path of the link in the one mail that waits."""
    mail = claim(world.ground, "mail")
    assert mail is not None
    assert (mail.name, mail.destination) == ("return", BEN.email)
    return mail.values["link"].removeprefix(BASE)
