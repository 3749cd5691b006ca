"""The coachee takes receipts along; for everybody else there are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from portal.engagements.actions import hold, note
from portal.ledger.models import Entry
from portal.ledger.queries import head_of
from portal.plain.canonical import canonical_bytes
from portal.receipts.queries import receipt_schema
from portal.signing.actions import decline
from tests.builders import World, add_engagement, add_practice, issue, opened
from tests.pages import Browser, Page
from tests.sharing.table import seat_everyone
from tests.web.stage import a_world

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="module")
def table(
    empty_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Flask]]:
    """Give T1 to T4 in force, where Ben said yes to his goals and to nothing else."""
    with a_world(empty_database, tmp_path_factory.mktemp("table")) as (world, app):
        seat_everyone(world, "no", **{"line-2": "yes"})
        world.ids["ben.engagement"] = world.ids["engagement"]
        yield world, app


def fetch(table: tuple[World, Flask], template: str, who: str = "ben") -> Page:
    world, app = table
    return Browser(app).be(world, who, "party").get(
        f"/p/agreements/{world.ids[template]}/consent.jsonld")


def read(table: tuple[World, Flask], template: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fetch(table, template).response.get_data())
    return found


def status(made: dict[str, Any]) -> dict[int, str]:
    return {line["number"]: line["status"] for line in made["pii_processing"]["purposes"]}


def test_hands_out_the_receipt_as_a_file_that_nobody_keeps(table: tuple[World, Flask]) -> None:
    headers = fetch(table, "T1").response.headers
    assert headers["Content-Type"] == "application/ld+json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == (
        "attachment; filename=consent-receipt-T1-2026-11-23.jsonld")


@pytest.mark.parametrize("template", ["T1", "T2", "T3", "T4"])
def test_keeps_to_its_schema_for_every_text(table: tuple[World, Flask], template: str) -> None:
    body = fetch(table, template).response.get_data()
    made = json.loads(body)
    Draft202012Validator(receipt_schema()).validate(made)
    assert canonical_bytes(made) == body
    assert made["template"] == template
    assert b"Ben Adler" not in json.dumps(made["party_identification"]).encode()


def test_carries_the_head_of_the_record_at_that_moment(table: tuple[World, Flask]) -> None:
    world, _app = table
    with world.ground.work(writes=False) as work:
        head = head_of(work, world.ids["engagement"])
        entries = {row.hash: row.kind for row in work.session.query(Entry)}
    made = read(table, "T2")
    assert made["ledger_head"] == head
    assert [entries[event["ledger_entry"]] for event in made["event"]] == [
        "version.issued", "version.signed", "version.signed"]


def test_says_each_yes_and_each_no(table: tuple[World, Flask]) -> None:
    given, refused = "ConsentGiven", "ConsentRefused"
    assert status(read(table, "T2")) == {1: given, 2: given, 3: refused, 4: refused, 5: refused}
    assert status(read(table, "T3")) == {1: given}


@pytest.mark.parametrize("who", ["carla", "eli", "gus"])
def test_z1_has_no_receipt_for_anybody_else_who_signed(
    table: tuple[World, Flask], who: str
) -> None:
    own = {"carla": "T2", "eli": "T3", "gus": "T4"}
    assert fetch(table, own[who], who).status == 404
    page = Browser(table[1]).be(table[0], who, "party").get("/p/consents")
    assert "consent.jsonld" not in page.html


def test_stands_beside_every_copy_of_the_coachee(table: tuple[World, Flask]) -> None:
    page = Browser(table[1]).be(table[0], "ben", "party").get("/p/consents")
    for template in ("T1", "T2", "T3", "T4"):
        assert f"/p/agreements/{table[0].ids[template]}/consent.jsonld" in page.html


def test_inv_7_says_at_once_what_was_taken_back(table: tuple[World, Flask]) -> None:
    world, _app = table
    before = read(table, "T4")
    number = next(n for n, state in status(before).items() if state == "ConsentGiven")
    with world.ground.work(writes=True, actor=world.coach()) as work:
        note(work, hold(work, world.ids["engagement"]), "line.withdrawn", world.ids["T4"],
             {"line": number, "categories": None, "by": world.ids["ben.party"], "told": "phone"})
    after = read(table, "T4")
    assert status(after)[number] == "ConsentWithdrawn"
    last = after["event"][-1]
    assert (last["event_state"], last["indication_method"]) == ("ConsentWithdrawn", "phone")
    assert (after["record_id"], before["event"]) == (before["record_id"], after["event"][:-1])
    assert after["receipt_id"] != before["receipt_id"]


def test_has_a_receipt_also_of_a_text_that_was_declined(world: World, app: Flask) -> None:
    add_practice(world)
    world.ids["ben.engagement"] = add_engagement(world)
    version = issue(world)
    opened(world)
    path = f"/p/agreements/{version}/consent.jsonld"
    ben = Browser(app).be(world, "ben", "party")
    assert path not in ben.get("/p/consents").html
    with world.ground.work(writes=True, actor=world.party()) as work:
        decline(work, version)
    page = ben.get("/p/consents")
    assert "Texts that you did not sign" in page.text
    assert path in page.html
    made = json.loads(ben.get(path).response.get_data())
    Draft202012Validator(receipt_schema()).validate(made)
    assert [event["event_state"] for event in made["event"]] == [
        "ConsentRequested", "ConsentRefused"]
