"""Taking back on the pages: what is said before, the receipt after, and who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portal.ledger.queries import bodies_of
from tests.builders import World
from tests.cast import ANA
from tests.pages import Browser
from tests.people.outbox import waiting
from tests.sharing.table import seat_everyone

if TYPE_CHECKING:

    from flask import Flask


@pytest.fixture
def table(world: World) -> World:
    """Give a table at which everybody has signed and T1 to T4 are in force."""
    seat_everyone(world)
    return world


def of(world: World, app: Flask, key: str = "ben") -> Browser:
    world.ids.setdefault(f"{key}.engagement", world.ids["engagement"])
    return Browser(app).be(world, key, "party")


def entries(world: World, kind: str) -> list[dict[str, object]]:
    with world.ground.work(writes=False) as work:
        return [line.facts for line in bodies_of(work, world.ids["engagement"], (kind,))]


def line_path(world: World, text: str, number: int) -> str:
    return f"/p/agreements/{world.ids[text]}/lines/{number}/withdrawal"


def test_inv_7_takes_a_line_back_with_one_press_and_no_code(table: World, app: Flask) -> None:
    ben = of(table, app)
    consents = ben.get("/p/consents")
    path = line_path(table, "T2", 2)
    assert consents.soup.find("a", href=path)
    before = ben.get(path)
    for words in ("You do not have to give a reason. It takes effect at once.", "What changes",
                  "What stays", "What was passed on already cannot be called back."):
        assert words in before.text
    after = ben.post(path, {"press": "all"}, page=before)
    assert after.response.request.path == f"/p/agreements/{table.ids['T2']}/withdrawn"
    assert "(Central European" in after.text
    assert "Line 2:" in after.text
    assert entries(table, "line.withdrawn") == [
        {"line": 2, "categories": None, "by": table.ids["ben.party"], "told": "portal"}]
    assert "You took this back on" in ben.get("/p/consents").text
    assert [mail.to for mail in waiting(table, "taken_back")] == [ANA.email]
