"""What every answer says of itself, what is noted of who came in, and what a form reads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from portal.ledger.models import Access
from tests.builders import World, add_practice
from tests.cast import ANA, PASSWORD
from tests.pages import BASE, Browser
from tests.web.stage import Stage, looks, routes

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.once

#: Sheets to be printed, which lead back to the page that they came from and no further.
SHEETS = {"/p/blank/<version_id>"}


def test_lets_no_other_site_read_an_answer(stage: Stage) -> None:
    client = stage.browser("ana").client
    for rule, method in routes(stage.app):
        for way in {method, "OPTIONS"}:
            answer = client.open(stage.path(rule, **stage.values()), method=way, base_url=BASE,
                                 headers={"Origin": "https://evil.example"})
            assert [name for name, _value in answer.headers
                    if name.lower().startswith("access-control-")] == []
            answer.close()


def test_says_of_every_text_that_it_is_utf_8(stage: Stage) -> None:
    seen = set()
    for rule, answer in looks(stage, "nobody", "ana", "ben", "nele-by-link"):
        assert answer.mimetype, rule.rule
        seen.add(answer.mimetype)
        if answer.mimetype.startswith("text/") or answer.mimetype.endswith(("+xml", "/xml")):
            assert "charset=utf-8" in answer.headers["Content-Type"], rule.rule
    assert {"text/html", "application/pdf", "text/calendar", "image/svg+xml"} <= seen


def test_has_a_way_out_on_every_page_behind_a_door(stage: Stage) -> None:
    ways = {"ana": ("/sign-out",), "ben": ("/p/leave", "/p/later")}
    for persona, leads in ways.items():
        browser, looked, without = stage.browser(persona), 0, set()
        for rule, method in routes(stage.app):
            door = str(getattr(stage.app.view_functions[rule.endpoint], "door", ""))
            behind = {"ana": ("desk", "coach", "owner"), "ben": ("mailbox", "party")}[persona]
            if method != "GET" or not any(door.endswith(name) for name in behind):
                continue
            page = browser.get(stage.path(rule, **stage.values()), follow=False)
            if page.status != 200 or not page.html or "attachment" in str(
                    page.response.headers.get("Content-Disposition", "")):
                continue
            looked += 1
            found = {str(tag.get("action") or tag.get("href")) for tag in page.soup.select(
                "form[action], a[href]")}
            if not found & set(leads):
                without.add(rule.rule)
        assert looked > 10, persona
        assert without <= SHEETS, persona


@pytest.mark.parametrize("path", [
    "/static/", "/static/css", "/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml",
    "/static/..%2fportal/app.py", "/static//etc/passwd", "/static/css/../../README.md",
    "/.git/HEAD", "/keys.env", "/instance/keys.env", "/portal.db", "/static/\\..\\README.md"])
def test_serves_files_of_one_folder(stage: Stage, path: str) -> None:
    answer = stage.browser("nobody").client.get(path, base_url=BASE, follow_redirects=True)
    assert answer.status_code in (400, 404)
    assert "<h1" in answer.get_data(as_text=True), "a page of ours, and no file"


@pytest.mark.parametrize("persona, path", [("ana", "/sign-out"), ("ben", "/p/leave")])
def test_empties_the_browser_at_sign_out(stage: Stage, persona: str, path: str) -> None:
    browser = stage.browser(persona)
    answer = browser.post(path, {}, follow=False)
    assert answer.status in (200, 303)
    assert answer.response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_reads_a_name_once_and_from_the_body_alone(world: World, app: Flask) -> None:
    """A value in the address or a second one in the body changes nothing that a form reads."""
    add_practice(world)
    browser = Browser(app)
    refused = browser.client.post(
        f"/sign-in?email={ANA.email}&password={PASSWORD}", base_url=BASE,
        data={"csrf_token": browser.token()})
    assert refused.status_code == 422
    twice = browser.client.post("/sign-in", base_url=BASE, data={
        "csrf_token": browser.token(), "email": [ANA.email, "mallory@example.org"],
        "password": [PASSWORD, "another"]})
    assert twice.headers.get("Location", "").endswith("/sign-in/code")
    reversed_ = browser.client.post("/sign-in", base_url=BASE, data={
        "csrf_token": browser.token(), "email": ["mallory@example.org", ANA.email],
        "password": [PASSWORD, PASSWORD]})
    assert reversed_.status_code == 422


def noted(world: World, what: str) -> list[tuple[str, str | None]]:
    """Return how an act ended each time, and for whom, in its order."""
    with world.ground.work(writes=False) as work:
        return [(line.outcome, line.person_id) for line in work.session.scalars(
            select(Access).where(Access.what == what).order_by(Access.at, Access.id))]


def test_notes_every_way_in_and_how_it_ended(world: World, app: Flask) -> None:
    add_practice(world)
    ana, browser = world.ids["ana"], Browser(app)
    browser.post("/sign-in", {"email": ANA.email, "password": "not hers at all"})
    browser.post("/sign-in", {"email": "nobody@example.org", "password": PASSWORD})
    assert set(noted(world, "sign_in.password")) == {("wrong", ana), ("wrong", None)}
    browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD})
    browser.post("/sign-in/code", {"code": "000000"}, page=browser.get("/sign-in/code"))
    assert noted(world, "code")[-1] == ("wrong", ana)
    browser.post("/sign-in/code", {"code": world.fresh_code("ana")},
                 page=browser.get("/sign-in/code"))
    assert noted(world, "sign_in.begun") == [("factor", ana)]
    with world.ground.work(writes=False) as work:
        lines = work.session.scalars(select(Access)).all()
        assert {line.network for line in lines} == {"127.0.0.0/24"}
        assert all(line.at.tzinfo is not None for line in lines)


def test_notes_who_was_refused(stage: Stage) -> None:
    world = stage.world
    before = {what: Counter(noted(world, what)) for what in (
        "door", "asked_for", "engagement.looked")}
    hana, dora = stage.browser("hana"), stage.browser("dora")
    assert hana.get("/practice").status == 403
    assert dora.get(f"/engagements/{stage.ids['ben.engagement']}").status == 404
    assert dora.get(f"/engagements/{'0' * 32}").status == 404
    more = {what: dict(Counter(noted(world, what)) - before[what]) for what in before}
    # What is not there and what belongs to others look the same here too.
    assert more == {"door": {("not_your_role", stage.ids["hana"]): 1},
                    "asked_for": {("missing", stage.ids["dora"]): 2},
                    # Nobody looked at what nobody was shown.
                    "engagement.looked": {}}
