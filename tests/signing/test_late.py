"""A drawing that was sent after the session ran out is there when the person comes back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Signature
from portal.notices.models import Notice
from portal.signing.queries import progress_of
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all
from tests.pages import BASE, Browser, Page

if TYPE_CHECKING:
    from flask import Flask

STROKES = [[[n * 20, 100 + (n * 53) % 90] for n in range(20)]]


@pytest.fixture
def browser(world: World, app: Flask) -> Browser:
    """Give the browser of Ben, who has read everything and stands before the sheet."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    return Browser(app).be(world, "ben", "party", "mailbox")


def send(world: World, browser: Browser, **away: float) -> Page:
    sheet = browser.get("/p/sign")
    world.clock.move(**away)
    return browser.post("/p/sign", {
        "name": "Ben A. Adler", "mark": "draw", "strokes": json.dumps(STROKES), "erecord": "y",
        "code": world.fresh_code("ben")}, page=sheet)


def kept(world: World) -> tuple[str, object]:
    with world.ground.work(writes=False) as work:
        progress = progress_of(work, world.ids["engagement"], world.ids["ben"])
        assert work.session.scalar(select(func.count()).select_from(Signature)) == 1
    return progress.name, progress.strokes


def answers(world: World) -> dict[str, str]:
    with world.ground.work(writes=False) as work:
        progress = progress_of(work, world.ids["engagement"], world.ids["ben"])
        return {str(line): str(said) for line, said in progress.answers.items()}


@pytest.mark.parametrize(("says", "is_kept"), [("no", True), ("talk", False)])
def test_keeps_what_was_answered_on_a_page_and_tells_nobody(
    world: World, app: Flask, says: str, is_kept: bool
) -> None:
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    browser = Browser(app).be(world, "ben", "party", "mailbox")
    number, page, asked = next(
        (number, page, asked) for number in range(1, 9)
        if (page := browser.get(f"/p/read/{number}")).status == 200
        and (asked := page.soup.select(f'input[type="radio"][value="{says}"]')))
    before, mails = answers(world), told(world)
    world.clock.move(minutes=45)
    sent = {str(one["name"]): says for one in asked} | {"read": "y"}
    answer = browser.post(f"/p/read/{number}", sent, page=page)
    assert answer.response.request.path == "/lost"
    assert (answers(world) != before) is is_kept
    assert told(world) == mails
    waiting = browser.be(world, "ben", "party", "mailbox").get("/p/typed")
    assert bool(waiting.soup.select('input[name="shown_again"]')) is not is_kept
    if not is_kept:
        # Asking to see it again sends nothing either.
        shown = browser.post(f"/p/read/{number}", waiting.fields(f"/p/read/{number}"), page=waiting)
        assert "This was not sent yet" in shown.text
        assert (answers(world), told(world)) == (before, mails)


def told(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(Notice)) or 0


@pytest.mark.parametrize("away", [{"minutes": 45}, {"hours": 5}])
def test_keeps_what_was_drawn_and_signs_nothing(
    world: World, browser: Browser, away: dict[str, float]
) -> None:
    answer = send(world, browser, **away)
    assert answer.response.request.path == "/lost"
    assert kept(world) == ("Ben A. Adler", STROKES)


def test_keeps_nothing_after_two_days(world: World, browser: Browser) -> None:
    send(world, browser, days=2)
    assert kept(world) == ("Ben Adler", [])


def test_keeps_nothing_from_a_session_that_was_ended(world: World, browser: Browser) -> None:
    sheet = browser.get("/p/sign")
    with browser.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        cookie = dict(session)
    browser.post("/p/leave", page=browser.get("/p/later"))
    with browser.client.session_transaction(base_url="http://127.0.0.1:8000") as session:
        session.update(cookie)
    answer = browser.post("/p/sign", {"name": "Mallory", "mark": "type"}, page=sheet)
    assert answer.response.request.path == "/lost"
    assert kept(world) == ("Ben Adler", [])


def test_gives_name_and_drawing_back_on_the_sheet_itself_after_coming_in_anew(
    world: World, browser: Browser
) -> None:
    """The sheet of an earlier session is refused, unsigned, and its code is not used up."""
    sheet, code = browser.get("/p/sign"), world.fresh_code("ben")
    with browser.client.session_transaction(base_url=BASE) as session:
        session["csrf_token"] = "of the session that was begun since"
    back = Page(browser.client.post(
        "/p/sign", base_url=BASE, headers={"Sec-Fetch-Site": "same-origin"}, data={
            **sheet.fields("/p/sign"), "name": "Ben A. Adler", "mark": "draw",
            "strokes": json.dumps(STROKES), "erecord": "y", "code": code}))
    assert back.status == 400
    fields = back.fields("/p/sign")
    assert (fields["name"], json.loads(fields["strokes"])) == ("Ben A. Adler", STROKES)
    assert not re.search(rf"(?<!\w){code}(?!\w)", back.html)
    with world.ground.work(writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Signature)) == 1
    browser.post("/p/sign", {"erecord": "y", "code": code}, page=back)
    with world.ground.work(writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Signature)) == 2
