"""Forms do what a person chose on our own page, and nothing else (Z9, ASVS 1.2, 3.5)."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.builders import World, add_practice
from tests.cast import ANA, BEN, GUS, PASSWORD
from tests.journeys.steps import come_in, invite, newest_link, sign_in
from tests.pages import BASE, Browser, Page
from tests.web.stage import routes, rows

if TYPE_CHECKING:
    from bs4 import Tag
    from flask import Flask

    from tests.web.stage import Stage

pytestmark = pytest.mark.once

#: What belongs to signing in, and who looked: all that a visit without a choice may leave.
VISITS = ("access_log", "sign_in")


@pytest.mark.parametrize("persona", ["nobody", "ana", "zoe", "ben", "nele-by-link"])
@pytest.mark.parametrize("token", [None, "", "x", "IjEyMyI.abc.def", "another browser's"])
def test_refuses_every_form_without_its_token(
    stage: Stage, persona: str, token: str | None
) -> None:
    if token == "another browser's":
        token = stage.browser("yul").token()
    browser, engine = stage.browser(persona), stage.world.ground.engine
    browser.token()
    before = rows(engine, VISITS)
    for rule, method in routes(stage.app):
        if method == "POST":
            answer = browser.client.post(
                stage.path(rule, **stage.values()), base_url=BASE,
                data={} if token is None else {"csrf_token": token})
            # A program sends no cookie, so no form token either: without its key it gets nothing.
            wanted = 401 if rule.rule.startswith("/api/") else 400
            assert answer.status_code == wanted, rule.rule
    assert rows(engine, VISITS) == before


@pytest.mark.parametrize("path", ["/check", "/practice/seal", "ink"])
@pytest.mark.parametrize("token", ["own", "x", ""])
def test_refuses_every_file_without_its_token(stage: Stage, path: str, token: str) -> None:
    """A body of several parts is read for its token as any other."""
    browser, ids = stage.browser("ana"), stage.ids
    if path == "ink":
        path = (f"/engagements/{ids['nele.engagement']}/versions/{ids['nele.version']}"
                f"/parties/{ids['nele.party']}/ink")
    sent = {"csrf_token": browser.token() if token == "own" else token,
            "file": (BytesIO(b"%PDF-1.7"), "a.pdf"), "scan": (BytesIO(b"%PDF-1.7"), "a.pdf")}
    answer = browser.client.post(path, base_url=BASE, data=sent)
    assert (answer.status_code == 400) == (token != "own")


def buttons(page: Page) -> list[tuple[str, dict[str, str]]]:
    """Return what each button of each form on a page would send as the page stands."""
    found = []
    for form in page.soup.find_all("form", method="post"):
        action = str(form["action"])
        standing = page.fields(action)
        for button in form.find_all(["button", "input"], type="submit"):
            found.append((action, {**standing, **_said_by(button)}))
    return found


def _said_by(button: Tag) -> dict[str, str]:
    return {str(button["name"]): str(button.get("value", ""))} if button.get("name") else {}


def links(page: Page) -> set[str]:
    """Return the addresses of ours that a page leads to."""
    return {str(a["href"]).split("#")[0] for a in page.soup.find_all("a", href=True)
            if str(a["href"]).startswith("/")}


def test_changes_nothing_when_a_machine_presses_every_button(stage: Stage) -> None:
    """A mail scanner follows the link and clicks on all it finds; it chooses nothing (Z9)."""
    browser, engine = stage.browser("nele-by-link"), stage.world.ground.engine
    before, seen, pressed = rows(engine, VISITS), set(), {}
    decline = f"/p/decline/{stage.ids['nele.version']}"
    todo = ["/p", "/p/sign", decline, *(f"/p/read/{number}" for number in range(1, 20))]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        page = browser.get(path)
        todo += links(page)
        for action, data in buttons(page):
            answer = browser.client.post(action, data=data, base_url=BASE)
            pressed.setdefault((action, "later" in data), set()).add(answer.status_code)
            assert rows(engine, VISITS) == before, (path, action)
            if action == "/p/leave":
                browser.be(stage.world, "nele", "party", "mailbox")
    reading = {key: codes for key, codes in pressed.items() if key[0].startswith("/p/read/")}
    assert len(reading) >= 5
    assert all(codes == {422} for codes in reading.values())
    # Leaving ends the session of that browser and nothing else; "later" saves what is there.
    assert {key: codes for key, codes in pressed.items() if key not in reading} == {
        ("/p/sign", False): {422}, ("/p/sign", True): {303}, (decline, False): {422},
        ("/p/hopes", False): {422}, ("/p/mails", False): {303}, ("/p/leave", False): {200},
        ("/lost", False): {422}, ("/check", False): {422}}


def test_counts_a_link_as_opened_only_when_somebody_says_who_they_are(
    world: World, app: Flask
) -> None:
    add_practice(world)
    ana, machine = Browser(app), Browser(app)
    sign_in(world, ana)
    engagement = invite(world, ana)
    link, before = newest_link(world), rows(world.ground.engine, VISITS)
    page = machine.get(link)
    for _round in range(3):
        for action, data in buttons(page):
            page = machine.post(action, data)
    assert page.response.request.path == "/p/who"
    assert page.status == 422
    assert rows(world.ground.engine, VISITS) == before
    assert ANA.name in come_in(world, Browser(app)).text
    assert rows(world.ground.engine, VISITS) != before
    assert ana.get(engagement).status == 200


HEADERS = [
    "ben@posteo.example\r\nBcc: mallory@mailbox.example",
    "ben@posteo.example\nBcc: mallory@mailbox.example", "ben@posteo.example\rX: y",
    "ben@posteo.example%0d%0aBcc:mallory@mailbox.example",
    "ben@posteo.example, mallory@mailbox.example", "ben@posteo.example;mallory@mailbox.example",
    "Ben <ben@posteo.example>", "<ben@posteo.example>", "ben@posteo.example\x00",
    "ben@posteo.example\u2028Bcc: mallory@mailbox.example", "ben@@posteo.example", "ben",
    '"ben\r\nBcc: x"@posteo.example', "ben@posteo.example mallory@mailbox.example",
    "@mailbox.example:ben@posteo.example", "ben@[127.0.0.1]", "ben@posteo.example\x0bBcc: x",
]


@pytest.mark.parametrize("address", HEADERS)
def test_refuses_addresses_that_carry_more_than_an_address(stage: Stage, address: str) -> None:
    ana, nobody = stage.browser("ana"), stage.browser("nobody")
    before = rows(stage.world.ground.engine, VISITS)
    values = {"email": address, "owner": "private", "read_by": "nobody", "name": "Ben Adler",
              "title": "Coaching"}
    correct = "/engagements/{engagement_id}/parties/{party_id}/address".format(**stage.values())
    for browser, path in ((ana, "/engagements/new"), (ana, correct), (nobody, "/lost")):
        assert browser.post(path, values).status == 422, path
    assert rows(stage.world.ground.engine, VISITS) == before


@pytest.mark.parametrize("bad", ["Ben\r\nBcc: x@y.example", "Ben\nAdler", "Ben\x00", "Ben\x1b[2J",
                                 "Ben\u202ereldA", "Ben \U0001f600", "Ben\u2028x"])
def test_refuses_names_that_could_end_a_line_or_turn_it(stage: Stage, bad: str) -> None:
    ana = stage.browser("ana")
    before = rows(stage.world.ground.engine, VISITS)
    whole = {"email": BEN.email, "owner": "private", "read_by": "nobody", "name": "Ben",
             "title": "Coaching"}
    for field in ("name", "title"):
        assert ana.post("/engagements/new", {**whole, field: bad}).status == 422, field
    assert rows(stage.world.ground.engine, VISITS) == before


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "3026-12-01", "1026-12-01"])
def test_takes_no_day_from_which_spans_leave_the_calendar(stage: Stage, day: str) -> None:
    ana, before = stage.browser("ana"), rows(stage.world.ground.engine, VISITS)
    of = "/engagements/{engagement_id}".format(**stage.values())
    guest = "/sessions/{session_id}/guest".format(**stage.values())
    ink = "/versions/{version_id}/parties/{party_id}/ink".format(**stage.values())
    for path, typed in (
        (f"{of}/people", {"supporter-name": GUS.name, "supporter-email": "gus@web.example",
                          "supporter-owner": "private", "supporter-read_by": "nobody",
                          "supporter-asked_for_on": day}),
        (f"{of}/sessions/new", {"day": day, "start": "10:00", "end": "11:00", "place": ""}),
        (f"{of}{guest}", {"asked_for_on": day}),
        (f"{of}{ink}", {"day": day}),
    ):
        again = ana.post(path, typed)
        assert again.status == 422, path
        assert "Enter a day as in 2027-05-31." in again.text, path
    assert rows(stage.world.ground.engine, VISITS) == before


ELSEWHERE = [
    "https://evil.example", "http://evil.example/", "//evil.example", "///evil.example",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example",
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\n/evil.example",
    "/\r/evil.example", " //evil.example", "\t//evil.example", "/\x00/evil.example",
    "http://127.0.0.1:8000@evil.example/", "evil.example", "?next=//evil.example", "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_leads_nobody_elsewhere_after_a_sign_in(stage: Stage, target: str) -> None:
    browser, world = Browser(stage.app), stage.world
    for query, body in (({"next": target}, {}), ({}, {"next": target})):
        browser = Browser(stage.app)
        page = Page(browser.client.get("/sign-in", query_string=query, base_url=BASE))
        sent = {**page.fields("/sign-in"), "email": ANA.email, "password": PASSWORD, **body}
        first = browser.client.post("/sign-in", query_string=query, data=sent, base_url=BASE)
        assert first.headers["Location"] == "/sign-in/code"
        page = browser.get("/sign-in/code")
        last = browser.post("/sign-in/code", {"code": world.fresh_code("ana")}, page=page,
                            follow=False)
        assert last.status == 303
        assert last.location == "/today"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_leads_no_signer_elsewhere_after_a_code(returning: Stage, target: str) -> None:
    browser, world = Browser(returning.app), returning.world
    browser.client.get("/lost", query_string={"next": target}, base_url=BASE)
    link = returning.ids["way back"]
    page = browser.post(link, page=browser.get(link))
    page = browser.post("/p/who", {"who": "me"}, page=page)
    assert page.response.request.path == "/p/code"
    last = browser.post("/p/code", {"code": world.fresh_code("ben")}, page=page, follow=False)
    assert last.status == 303
    assert last.location == "/p"


def test_leads_back_to_where_one_wanted_to_go(stage: Stage) -> None:
    wanted = f"/engagements/{stage.ids['ben.engagement']}"
    browser = Browser(stage.app)
    page = browser.get(wanted)
    assert urlsplit(page.response.request.path).path == "/sign-in"
    page = browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD, "next": wanted},
                        page=page)
    page = browser.post("/sign-in/code", {"code": stage.world.fresh_code("ana")}, page=page)
    assert page.response.request.path == wanted


@pytest.fixture(scope="module")
def returning(stage: Stage) -> Stage:
    """Give the stage on which Ben has a link that leads back in."""
    from portal.reaching.actions import send_return

    stage.world.clock.move(hours=2)
    with stage.world.ground.work(writes=True) as work:
        send_return(work, stage.ids["ben.engagement"], stage.ids["ben"])
    stage.ids["way back"] = newest_link(stage.world)
    return stage
