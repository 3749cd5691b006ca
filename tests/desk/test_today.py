"""Today: the answer, whose rows one sees, finding, paging, and a decline that tells nothing."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.board import queries
from bench.crowd import add_crowd
from portal.desk.actions import rebuild_board
from portal.desk.policy.board import Step, next_step
from portal.desk.policy.look import PAGE, look, scope_of
from portal.ground.vault import DataKey
from portal.issuing import actions as issuing
from portal.people.actions import list_name
from portal.people.models import NamePrint, Person
from portal.plain.names import beginnings, sought
from portal.reaching.actions import party_by_id
from portal.signing.actions import decline
from tests.builders import (
    World,
    add_engagement,
    add_party,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
    vouch_for,
)
from tests.cast import BEN, CARLA, GUS, ZOE
from tests.pages import Browser

if TYPE_CHECKING:
    from flask import Flask


def today(world: World, app: Flask, path: str = "/today") -> str:
    """Return the words of the board as Ana reads them."""
    return Browser(app).be(world, "ana", "coach").get(path).text


def test_helps_where_there_is_nothing_yet(world: World, app: Flask) -> None:
    add_practice(world)
    page = Browser(app).be(world, "ana", "coach").get("/today")
    assert page.heading == "Begin with the first person you coach"


def test_says_what_is_missing_and_what_it_holds_up(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    assert "One draft is not sent yet" in today(world, app)
    issue(world)
    world.clock.move(days=9)
    words = today(world, app)
    assert "One signature is missing" in words
    assert "The coaching with Ben Adler cannot start until then." in words
    assert "The oldest request was sent 9 days ago." in words
    assert "1 of 2 signed." in words


def test_asks_for_the_voice_check_and_then_for_nothing(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    assert "One voice check waits for you" in today(world, app)
    vouch_for(world)
    words = today(world, app)
    assert "Nobody is waiting for you" in words
    assert "In force until" in today(world, app, "/today?state=in_force")


@pytest.mark.parametrize("days", [1, 20, 60])
def test_z4_shows_a_decline_on_the_board_like_silence(
    world: World, app: Flask, days: int
) -> None:
    add_practice(world)
    for declined in (False, True):
        add_engagement(world)
        issue(world)
        opened(world)
        if declined:
            with world.ground.work(writes=True, actor=world.party(level="mailbox")) as work:
                decline(work, world.ids["version"])
    world.clock.move(days=days)
    page = Browser(app).be(world, "ana", "coach").get("/today?state=all")
    rows = page.soup.select("section ul.waits > li .what p:not(.t)")
    silent, declining = rows[:len(rows) // 2], rows[len(rows) // 2:]
    assert [row.get_text() for row in silent] == [row.get_text() for row in declining]
    assert rows


def test_finds_by_the_beginning_of_a_name_and_keeps_it_out_of_the_address(
    world: World, app: Flask
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    ana = Browser(app).be(world, "ana", "coach")
    for typed, found in (("adl", True), ("BEN ad", True), ("coach", True), ("dler", False),
                         ("carla", False)):
        answer = ana.post("/today/search", {"find": typed}, follow=False)
        # The letters of what is sealed may spell any name; its bytes are read, not the letters.
        [sealed] = parse_qs(urlsplit(answer.location).query)["find"]
        assert typed.split()[0].lower().encode() not in urlsafe_b64decode(sealed + "==").lower()
        words = ana.get(answer.location).text
        assert ("One agreement found" in words) is found, typed
    assert "Open requests" in ana.get("/today?find=nonsense").text


def test_finds_nothing_of_another_practice(world: World, app: Flask) -> None:
    add_practice(world)
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    add_engagement(world)
    zoe = Browser(app).be(world, "zoe", "coach")
    assert BEN.name not in zoe.get("/today?state=all&who=practice").text


def listed(world: World, key: str) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.query(NamePrint).filter_by(subject_id=world.ids[key]).count()


def test_lists_a_name_once_however_often_it_is_given(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    assert listed(world, "ben") == 6
    with world.ground.work(writes=True) as work:
        list_name(work, work.session.get_one(Person, world.ids["ben"]), "Ben Adler")
    assert listed(world, "ben") == 6


def test_names_vanish_with_their_key(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    add_party(world, "SUPPORTER", GUS)
    assert listed(world, "gus") > 0
    with world.ground.work(writes=True, actor=world.coach()) as work:
        key = work.session.get_one(Person, world.ids["gus"]).key_id
        engagement = issuing.own(work, world.ids["engagement"])
        issuing.take_out(work, engagement, party_by_id(work, engagement, world.ids["gus.party"]))
        assert work.session.get(DataKey, key) is None
    assert listed(world, "gus") == 0


def test_a_rebuild_lists_the_names_of_an_earlier_portal(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    add_party(world, "SPONSOR", CARLA)
    with world.ground.work(writes=True) as work:
        assert work.session.query(NamePrint).delete() > 0
    ana = Browser(app).be(world, "ana", "coach")
    for found in (False, True):
        for typed in ("adl", "coach", "conti", "acme"):
            words = ana.post("/today/search", {"find": typed}).text
            assert ("2 agreements found" in words) is found, typed
        rebuild_board(world.ground)


def test_shows_others_of_the_practice_states_alone(world: World, app: Flask) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    page = Browser(app).be(world, "ana", "coach").get("/today?who=practice")
    assert "Ben Adler" in page.text
    assert "coached by Ana Berg" in page.text
    assert not page.soup.select("ul.waits a[href^='/engagements/']")
    assert not page.soup.select("ul.waits form")


def test_asks_a_constant_number_of_questions(world: World, app: Flask) -> None:
    """At most twenty; one or two fewer where every name on the page is known already."""
    add_practice(world)
    counted = []
    for more in (3, 37, 60):
        add_crowd(world.ground, world.ids["ana.practice"], world.ids["ana"], more)
        rebuild_board(world.ground)
        counted.append(queries(world.ground.engine, partial(today, world, app)))
    assert max(counted) <= 21
    assert max(counted) - min(counted[1:]) <= 2
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.get("/today?state=all")
    assert len(page.soup.select("section ul.waits > li")) == PAGE
    assert re.search(r"Page 1 of \d+", page.text)
    assert "Page 2 of" in ana.get("/today?state=all&page=2").text
    assert "This page is empty by now." in ana.get("/today?state=all&page=999").text


@pytest.mark.parametrize(("role", "practice", "own", "reminds"), [
    ("coach", False, True, True), ("coach", True, True, True), ("owner", False, True, True),
    ("owner", True, False, False), ("helper", False, False, True), ("helper", True, False, True),
])
def test_z5_says_whose_rows_somebody_sees(
    role: str, practice: bool, own: bool, reminds: bool
) -> None:
    scope = scope_of(role, "practice", "person", practice=practice)
    assert (scope.own, scope.reminds) == (own, reminds)


def test_passes_over_what_an_address_cannot_mean() -> None:
    assert look({"state": "nonsense", "page": "-3", "who": "me"}, "").address() == {}
    assert look({"state": "lost", "page": "2"}, "").address(page=2) == {"state": "lost", "page": 2}


@pytest.mark.parametrize(("word", "step"), [
    ("draft", Step.GO_ON), ("open", Step.NONE), ("held", Step.NONE), ("coming", Step.NONE),
    ("in_force", Step.NONE), ("not_concluded", Step.RENEW), ("recalled", Step.RENEW),
    ("ended", Step.RENEW),
])
def test_knows_the_next_step_of_a_text_without_anybody(word: str, step: Step) -> None:
    assert next_step(word, []) == (step, None)


def test_compares_names_without_case_and_accents() -> None:
    assert beginnings("Tomás Ó") == {"to", "tom", "toma", "tomas", "o"}
    assert sought("TOMÁS  rivera,") == ["tomas", "rivera"]
    assert sought("  ") == []
