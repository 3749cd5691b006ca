""" "I did not sign this": what depends on the signature sleeps at once, and what comes out counts
from then on (Z14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.agreements.policy import history
from portal.agreements.queries import standing_of_one
from portal.plain.errors import Refused
from portal.sharing.policy import Code
from portal.taking.policy import Found
from tests.builders import World
from tests.cast import ANA, BEN, CARLA, ELI
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.sharing.table import DATES, GOALS
from tests.signing.table import states
from tests.taking.acts import code, dispute, entries, settle

if TYPE_CHECKING:
    from flask import Flask


def test_z14_sleeps_at_once_when_the_coachee_did_not_sign(table: World) -> None:
    assert code(table, "eli", DATES) is Code.GRANT
    assert dispute(table, "ben", "T3") == 1
    assert states(table)["T3"] == "SUSPENDED"
    assert code(table, "eli", DATES) is Code.SUSPENDED
    assert dispute(table, "ben", "T3") == 0
    assert len(entries(table, "signature.disputed")) == 1
    assert [mail.to for mail in waiting(table, "disputed")] == [ANA.email]


def test_z14_lets_only_what_reaches_them_sleep_when_somebody_else_did_not_sign(
    table: World,
) -> None:
    dispute(table, "carla", "T2")
    assert states(table)["T2"] == "IN_FORCE"
    assert code(table, "carla", GOALS) is Code.SUSPENDED
    assert code(table, "eli", DATES) is Code.GRANT


@pytest.mark.parametrize(("found", "state", "answer"), [
    (Found.UPHELD, "IN_FORCE", Code.GRANT),
    (Found.NOT_GENUINE, "WITHDRAWN", Code.WITHDRAWN)])
def test_wakes_or_ends_with_what_comes_out(
    table: World, found: Found, state: str, answer: Code
) -> None:
    dispute(table, "ben", "T3")
    table.clock.move(days=1)
    settle(table, "ben", "T3", found)
    assert states(table)["T3"] == state
    assert code(table, "eli", DATES) is answer
    assert [mail.to for mail in waiting(table, "dispute_settled")] == [BEN.email]
    with pytest.raises(Refused):
        settle(table, "ben", "T3", found)


def test_takes_no_force_from_the_past(table: World) -> None:
    dispute(table, "carla", "T2")
    table.clock.move(days=1)
    settle(table, "carla", "T2", Found.NOT_GENUINE)
    with table.ground.work(writes=False) as work:
        facts = standing_of_one(work, table.ids["engagement"]).version(table.ids["T2"])
        names = [name for _at, name in history(facts, work.now)]
    assert names[-2:] == ["IN_FORCE", "WITHDRAWN"]


def test_says_so_on_the_pages_of_signer_coachee_and_coach(table: World, app: Flask) -> None:
    eli = Browser(app).be(table, "eli", "party")
    path = f"/p/agreements/{table.ids['T3']}/signature"
    assert eli.get("/p/consents").soup.find("a", href=path)
    page = eli.post(path, {"press": "yes"}, page=eli.get(path))
    assert "You said that you did not sign this" in page.text
    assert "You said that you did not sign this." in eli.get("/p/consents").text
    table.ids.setdefault("ben.engagement", table.ids["engagement"])
    assert "Asleep" in Browser(app).be(table, "ben", "party").get("/p/consents").text
    ana = Browser(app).be(table, "ana", "coach")
    page = ana.get(f"/engagements/{table.ids['engagement']}")
    assert f"{ELI.name}: “I did not sign this”" in page.text
    link = page.soup.select_one('a[href*="/signatures/"]')
    assert link is not None
    path = str(link["href"])
    page = ana.post(path, page=ana.get(path))
    assert page.status == 422
    assert "Choose what came out." in page.text
    page = ana.post(path, {"found": "upheld"}, page=page)
    assert "Found to be genuine." in page.text
    assert ana.get(path).status == 404
    assert f"found that the signature of {ELI.name}" in ana.get(
        f"/engagements/{table.ids['engagement']}/story").text
    assert "It was looked into, and found to be yours." in eli.get(
        f"/p/agreements/{table.ids['T3']}/signature").text


def test_inv_16_shows_the_sponsor_what_she_saw_before(table: World, app: Flask) -> None:
    carla = Browser(app).be(table, "carla", "party")
    before = carla.get("/p/consents").text
    dispute(table, "ben", "T2")
    assert carla.get("/p/consents").text == before
    assert CARLA.name not in str(waiting(table, "disputed"))
