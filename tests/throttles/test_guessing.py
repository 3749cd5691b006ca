"""Codes are guessed on every path that asks for one, by somebody who waits as long as it takes.

The guesser holds what a thief may hold: the password and a session of Ana's, the mailbox and a
session of Ben's. Each guess comes from another network, and from one to the next 20 minutes pass,
so that no pause stands in its way. "Looked at" is what the access log has as wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Signature
from portal.factors.policy import DISABLED_AT
from portal.ledger.models import Access
from portal.people.models import Person
from portal.vouching.policy import TRIES
from tests.builders import World, add_engagement, opened, read_all, settle, sign
from tests.cast import BEN, MALLORY
from tests.cast import PASSWORD as SECRET
from tests.pages import BASE, Browser, Page
from tests.signing.table import set_table
from tests.throttles.test_attacks import (
    ask_for_link,
    at,
    comes_in,
    guess,
    networks,
    send,
    takes_back,
)

if TYPE_CHECKING:
    from flask import Flask

Way = Callable[[World, "Flask", str], Page]
WRONG, NO_CODE = "000000", "AAAA-AAAA-AAAA-AAAA"


@pytest.fixture
def table(world: World) -> World:
    """Give a table at which Ben has an app, T2 to T4 wait for him, T2 for Carla, and a text of
    Mallory's for Ana."""
    set_table(world, "carla")
    read_all(world)
    assert isinstance(sign(world, leaving=("T2", "T3", "T4")), Signature)
    first = world.ids["engagement"]
    world.ids["mallory.engagement"] = add_engagement(world, MALLORY, "mallory")
    settle(world)
    world.ids["engagement"] = first
    return world


def looked_at(world: World, key: str) -> int:
    """Return how many wrong codes of somebody were looked at."""
    with world.ground.work(writes=False) as work:
        return work.session.scalar(
            select(func.count()).select_from(Access).where(
                Access.what == "code", Access.outcome.in_(("wrong", "used")),
                Access.person_id == world.ids[key])) or 0


def counted(world: World) -> dict[str, int]:
    """Return how many failures stand against each person, where there are any."""
    with world.ground.work(writes=False) as work:
        return {one.id: one.fails for one in work.session.scalars(select(Person)) if one.fails}


# With Ben's mailbox, or a session of his


def behind(world: World, app: Flask, address: str) -> Browser:
    """Return a browser behind a new link of Ben's."""
    thief = at(app, address)
    send(thief, ask_for_link(world, thief))
    send(thief, "/p/who", who="me")
    return thief


def as_ben(world: World, app: Flask, address: str) -> Browser:
    thief = at(app, address).be(world, "ben", "party")
    world.clock.move(minutes=20)
    return thief


def to_come_in(world: World, app: Flask, address: str) -> Page:
    return send(behind(world, app, address), "/p/code", code=WRONG)


def to_recover(world: World, app: Flask, address: str) -> Page:
    return send(behind(world, app, address), "/p/back/code", code=NO_CODE)


def to_sign(world: World, app: Flask, address: str) -> Page:
    thief = as_ben(world, app, address)
    page = thief.get("/p/sign")
    hashes = [tick["value"] for tick in page.soup.find_all("input", {"name": "ticks"})]
    return thief.post("/p/sign", {"ticks": hashes, "erecord": "1", "name": BEN.name,
                                  "code": WRONG}, page=page)


def to_add_an_app(world: World, app: Flask, address: str) -> Page:
    return send(as_ben(world, app, address), "/p/account/app", name="tablet", code=WRONG)


def to_make_recovery_codes(world: World, app: Flask, address: str) -> Page:
    return send(as_ben(world, app, address), "/p/account/codes", code=WRONG)


# With Ana's password, or a session of hers


def halfway(world: World, app: Flask, address: str) -> Browser:
    world.clock.move(minutes=20)
    thief = at(app, address)
    guess(thief, password=SECRET)
    return thief


def as_ana(world: World, app: Flask, address: str) -> Browser:
    thief = at(app, address).be(world, "ana", "coach")
    world.clock.move(minutes=20)
    return thief


def to_sign_in(world: World, app: Flask, address: str) -> Page:
    return send(halfway(world, app, address), "/sign-in/code", code=WRONG)


def to_recover_an_account(world: World, app: Flask, address: str) -> Page:
    return send(halfway(world, app, address), "/sign-in/recovery", code=NO_CODE)


def to_prove_again(world: World, app: Flask, address: str) -> Page:
    return send(as_ana(world, app, address), "/sign-in/again", proof=WRONG)


def to_issue(world: World, app: Flask, address: str) -> Page:
    thief, path = as_ana(world, app, address), f"/engagements/{world.ids['mallory.engagement']}"
    page = thief.get(f"{path}/issue")
    return thief.post(f"{path}/issue", {"name": "Ana Berg", "code": WRONG}, page=page)


def to_add_an_app_at_the_desk(world: World, app: Flask, address: str) -> Page:
    return send(as_ana(world, app, address), "/account/authenticators/app", name="tablet",
                code=WRONG)


BENS: tuple[Way, ...] = (to_come_in, to_recover, to_sign, to_add_an_app, to_make_recovery_codes)
ANAS: tuple[Way, ...] = (to_sign_in, to_recover_an_account, to_prove_again, to_issue,
                         to_add_an_app_at_the_desk)
#: A recovery code has 79 bits and is the way back: it waits with the others, and never ends.
BACK = (to_recover, to_recover_an_account)


@pytest.mark.parametrize(("key", "ways"), [("ben", BENS), ("ana", ANAS)])
def test_looks_at_twenty_guesses_on_all_paths_together(
    table: World, app: Flask, key: str, ways: tuple[Way, ...]
) -> None:
    """No path looks at a code that another would not, and each counts what it looks at."""
    assert comes_in(table, at(app))
    codes = 0
    for number, address in enumerate(networks(2 * DISABLED_AT)):
        way, before = ways[number % len(ways)], looked_at(table, key)
        page = way(table, app, address)
        assert page.status in (200, 302, 303, 422), (way.__name__, page.status)
        seen = looked_at(table, key) - before
        assert seen == (way in BACK or codes < DISABLED_AT), (way.__name__, number)
        codes += seen and way not in BACK
    assert codes == DISABLED_AT == 20
    # The right code comes too late on every path: only a way back brings back.
    table.clock.move(minutes=20)
    with pytest.raises(AssertionError, match="no authenticator"):
        table.code(key)
    # Nobody else feels anything of it: Carla signs, with the first code of a new app.
    opened(table, "carla")
    read_all(table, "carla")
    assert isinstance(sign(table, "carla"), Signature)
    # And taking back asks for none of it (Z13).
    assert takes_back(at(app), ask_for_link(table, at(app)))


def test_nobody_without_a_link_or_a_password_counts_against_anybody(
    table: World, app: Flask
) -> None:
    """From many networks and from one, on every path that asks for a code."""
    here = f"/engagements/{table.ids['mallory.engagement']}"
    paths = ("/p/code", "/p/back/code", "/p/back/app", "/p/sign", "/p/account/app",
             "/p/account/codes", "/p/reviews", "/sign-in/code", "/sign-in/recovery",
             "/sign-in/again", "/sign-in/app", "/sign-in/password", f"{here}/issue",
             "/account/authenticators/app")
    for address in (*networks(4), *["203.0.113.9"] * 20):
        stranger = at(app, address)
        for path in paths:
            page = send(stranger, path, code=WRONG, proof=WRONG, name="tablet")
            assert page.status in (302, 303, 404), (path, page.status)
    assert counted(table) == {}
    assert looked_at(table, "ben") == looked_at(table, "ana") == 0
    assert comes_in(table, at(app, "203.0.113.9"))
    ben = behind(table, app, "203.0.113.9")
    assert send(ben, "/p/code", code=table.fresh_code("ben")).status == 303


def test_digits_are_guessed_five_times_a_screen_and_by_their_own_coach_alone(
    table: World, app: Flask
) -> None:
    """Ana types digits that nobody read to her; new ones come from Ben's screen, never hers."""
    path = f"/engagements/{table.ids['engagement']}/parties/{table.ids['ben.party']}/vouching"
    ben, ana = Browser(app).be(table, "ben", "party"), Browser(app).be(table, "ana", "coach")

    def shown() -> str:
        ben.post("/p/digits", page=ben.get("/p/digits"))
        return str(ben.get("/p/digits").soup.select_one(".digits .vh").get_text())  # type: ignore[union-attr]

    def types(digits: str) -> Page:
        return ana.post(path, {"digits": digits, "how": "phone"}, page=ana.get(path),
                        follow=False)

    right = shown()
    wrong = f"{(int(''.join(c for c in right if c.isdigit())) + 1) % 10**8:08d}"
    for _time in range(3):
        send(at(app), path, digits=wrong, how="phone")
    assert [types(wrong).status for _time in range(TRIES)] == [422] * TRIES
    assert types(right).status == 422
    assert "party.vouched" not in _kinds(table)
    # What Ana got wrong counts against nobody's app, and the next screen is a new one.
    assert counted(table) == {}
    assert types(shown()).status == 303


def _kinds(world: World) -> set[str]:
    from portal.ledger.models import Entry

    with world.ground.work(writes=False) as work:
        return set(work.session.scalars(
            select(Entry.kind).where(Entry.chain_id == world.ids["engagement"])))


def test_one_place_looks_at_codes_and_counts_what_is_wrong() -> None:
    """By structure: a path that is added later has no other way to look at one."""
    looks = {path.name for path in (Path(__file__).parents[2] / "portal").rglob("*.py")
             if "accepted_step(" in path.read_text("utf-8")}
    assert looks == {"onetime.py", "codes.py"}


def test_a_program_with_a_key_is_asked_for_no_code(table: World, app: Flask) -> None:
    """So none can be guessed there: what stands in its header is never looked at as one."""
    from portal.people.actions import make_token
    from portal.people.models import Account

    with table.ground.work(writes=True, actor=table.coach()) as work:
        account = work.session.get_one(Account, table.ids["ana.account"])
        _row, key = make_token(work, account, "tool", 30)
    for header in (f"Bearer {key}", f"Bearer {WRONG}", ""):
        app.test_client().post("/api/v1/decisions", base_url=BASE, json={"code": WRONG},
                               headers={"Authorization": header} if header else {})
    assert counted(table) == {}
    assert looked_at(table, "ana") == 0
