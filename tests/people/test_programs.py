"""The keys of programs: made once, shown once, kept as a digest, ended with the membership."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.handing.actions import change_role, end_membership
from portal.people.actions import make_token
from portal.people.models import Account, ApiToken
from portal.people.policy import MOST_TOKENS, TOKEN_DAYS, Role, TokenNo, token_lives, why_not_token
from portal.people.queries import token_by_text
from portal.plain.errors import Refused
from tests.builders import World, add_colleague, add_practice
from tests.cast import DORA
from tests.conftest import NOW
from tests.pages import Browser, Page
from tests.people.outbox import recorded, waiting
from tests.web.stage import rows

if TYPE_CHECKING:
    from flask import Flask

PATH = "/practice/programs"


@pytest.fixture
def ana(world: World, app: Flask) -> Browser:
    """Give the owner's browser; Dora coaches there too."""
    add_practice(world)
    add_colleague(world, DORA, "dora")
    return Browser(app).be(world, "ana", "coach")


def make(browser: Browser, name: str = "Notes tool", days: str = "30") -> str:
    """Let a coach make a key, and return it as it is shown."""
    page = browser.post(PATH, {"name": name, "days": days}, page=browser.get(PATH))
    found = page.soup.select_one("#key")
    assert found is not None, page.text
    return found.get_text()


def one_key(page: Page) -> str:
    """Return where the only key on a page is revoked."""
    [form] = page.soup.select('form[action$="/revocation"]')
    return str(form["action"])


@pytest.mark.parametrize(("living", "no"), [
    (0, None), (MOST_TOKENS - 1, None), (MOST_TOKENS, TokenNo.TOO_MANY)])
def test_has_an_end_to_the_number_of_keys(living: int, no: TokenNo | None) -> None:
    assert why_not_token(living) is no


@pytest.mark.parametrize(("expires", "ended", "lives"), [
    (1, None, True), (0, None, False), (-1, None, False), (1, 0, False), (1, -1, False)])
def test_lives_until_it_ends_and_not_a_moment_longer(
    expires: int, ended: int | None, *, lives: bool
) -> None:
    ended_at = None if ended is None else NOW + timedelta(seconds=ended)
    assert token_lives(NOW + timedelta(seconds=expires), ended_at, NOW) is lives


def test_says_what_would_stand_there(ana: Browser) -> None:
    page = ana.get(PATH)
    assert "No program can ask in your name." in page.text
    assert page.soup.select('a[href="/api"]')


def test_shows_a_key_once_and_keeps_only_a_digest(world: World, ana: Browser) -> None:
    key = make(ana)
    assert key.startswith("portal_")
    assert len(key) == len("portal_") + 43
    listed = ana.get(PATH)
    assert "Notes tool" in listed.text
    assert key not in listed.html
    kept = repr(rows(world.ground.engine, ()))
    for part in (key, key.removeprefix("portal_"), "Notes tool"):
        assert part not in kept
    with world.ground.work(writes=False) as work:
        row = work.session.scalars(select(ApiToken)).one()
        assert row.practice_id == world.ids["ana.practice"]
        assert row.expires_at == NOW + timedelta(days=30) + (row.made_at - NOW)


@pytest.mark.parametrize(("sent", "says"), [
    ({}, "Choose how long the key shall work."),
    ({"days": "366"}, "Not a valid choice"),
    ({"days": "30", "name": "   "}, "Enter a name by which you know the program again."),
    ({"days": "30", "name": "x" * 61}, "This is too long"),
    ({"days": "30", "name": "a\u202eb"}, "These characters cannot be printed"),
])
def test_says_what_a_key_needs_and_loses_nothing(
    world: World, ana: Browser, sent: dict[str, str], says: str
) -> None:
    page = ana.post(PATH, {"name": "Notes tool", **sent}, page=ana.get(PATH))
    assert page.status == 422
    assert says in page.text
    field = page.soup.select_one("#name")
    assert field is not None
    assert field["value"] == {"name": "Notes tool", **sent}["name"]
    with world.ground.work(writes=False) as work:
        assert work.session.scalars(select(ApiToken)).all() == []


def test_lasts_a_year_at_the_most(world: World, ana: Browser) -> None:
    assert max(TOKEN_DAYS) == 365
    with (pytest.raises(ValueError, match="as is offered"),
          world.ground.work(writes=True, actor=world.coach()) as work):
        make_token(work, work.session.get_one(Account, world.ids["ana.account"]), "x", 366)


def test_makes_no_more_than_it_says(world: World, ana: Browser) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        account = work.session.get_one(Account, world.ids["ana.account"])
        for _number in range(MOST_TOKENS):
            make_token(work, account, "one of many", 30)
            work.session.flush()
        with pytest.raises(Refused):
            make_token(work, account, "one too many", 30)
    page = ana.post(PATH, {"name": "One more", "days": "30"}, page=ana.get(PATH))
    assert page.status == 422
    assert "Revoke one that you no longer need." in page.text
    world.clock.move(days=31)
    ana.be(world, "ana", "coach")
    assert make(ana)


def test_tells_the_person_and_the_record(world: World, ana: Browser) -> None:
    key = make(ana)
    ana.post(one_key(ana.get(PATH)))
    told = recorded(world, world.ids["ana.practice"])[-2:]
    assert [(kind, facts) for kind, facts, _body in told] == [
        ("token.made", {"days": 30}), ("token.revoked", {})]
    assert all(key not in body and "Notes tool" not in body for _kind, _facts, body in told)
    [mail] = waiting(world, "token_made")
    assert mail.to == "ana@berg.example"
    assert key not in repr(mail)


def test_revokes_at_once_and_twice_is_once(world: World, ana: Browser) -> None:
    make(ana)
    path = one_key(ana.get(PATH))
    page = ana.post(path)
    assert "The key is revoked." in page.text
    assert "Keys that no longer work" in page.text
    assert "No program can ask in your name." in page.text
    before = rows(world.ground.engine)
    ana.post(path)
    assert rows(world.ground.engine) == before


def test_z5_opens_the_keys_of_nobody_else(world: World, ana: Browser, app: Flask) -> None:
    make(ana)
    path = one_key(ana.get(PATH))
    dora = Browser(app).be(world, "dora", "coach")
    assert "Notes tool" not in dora.get(PATH).text
    foreign, unknown = dora.post(path), dora.post(path.replace(path.split("/")[3], "0" * 32))
    assert (foreign.status, unknown.status) == (404, 404)
    assert foreign.text == unknown.text
    assert one_key(ana.get(PATH)) == path


def lives(world: World, key: str) -> bool:
    with world.ground.work(writes=False) as work:
        found = token_by_text(work, key)
        return found is not None and token_lives(found[0].expires_at, found[0].ended_at, work.now)


@pytest.mark.parametrize("way", ["goes", "other role"])
def test_ends_with_the_membership_and_does_not_come_back(
    world: World, ana: Browser, app: Flask, way: str
) -> None:
    key = make(Browser(app).be(world, "dora", "coach"))
    own = make(ana)
    assert lives(world, key)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        account = work.session.get_one(Account, world.ids["dora.account"])
        if way == "goes":
            end_membership(work, account)
        else:
            change_role(work, account, Role.OWNER)
    assert not lives(world, key)
    assert lives(world, own)
