"""What coach and coachee do over HTTP, step by step, for every test that needs them there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select

from portal.notices.models import Notice
from tests.cast import ANA, ANSWERS, BEN, PASSWORD

if TYPE_CHECKING:
    from tests.builders import World
    from tests.pages import Browser, Page


def newest_link(world: World) -> str:
    """Return the path of the newest link in the outbox."""
    with world.ground.work(writes=False) as work:
        for row in work.session.scalars(
            select(Notice).where(Notice.topic != "seal").order_by(Notice.created_at.desc())
        ):
            values = json.loads(work.reveal(row, "values")) if row.values_enc else {}
            if "link" in values:
                return urlsplit(str(values["link"])).path
    raise AssertionError("no link in the outbox")


def sign_in(world: World, browser: Browser) -> Page:
    """Let Ana in with password and code."""
    page = browser.post("/sign-in", {"email": ANA.email, "password": PASSWORD},
                        page=browser.get("/sign-in"))
    return browser.post("/sign-in/code", {"code": world.fresh_code("ana")}, page=page)


def invite(world: World, browser: Browser) -> str:
    """Go through the three screens; returns the engagement's path."""
    page = browser.get("/engagements/new")
    page = browser.post("/engagements/new", {
        "name": BEN.name, "email": BEN.email, "owner": "private", "read_by": "nobody",
        "title": "Coaching", "alone": "1"}, page=page)
    terms = page.response.request.path
    page = browser.post(terms, {f"q_{key.replace('.', '_')}": value
                                for key, value in ANSWERS.items()}, page=page)
    look = page.response.request.path
    page = browser.post(look, {"name": ANA.name, "code": world.fresh_code("ana")}, page=page)
    assert page.status == 200
    path: str = page.response.request.path
    world.ids["engagement"] = path.rsplit("/", 1)[1]
    return path


def remember_ben(world: World) -> None:
    """Note Ben's ids from the engagement."""
    from portal.engagements.models import Party

    with world.ground.work(writes=False) as work:
        party = work.session.scalars(select(Party).where(Party.role == "COACHEE")).one()
        world.ids |= {"ben": party.person_id, "ben.party": party.id,
                      "ben.practice": party.practice_id,
                      "ben.engagement": party.engagement_id}


def come_in(world: World, browser: Browser) -> Page:
    """Let Ben in by his link, as far as the start page."""
    path = newest_link(world)
    page = browser.post(path, page=browser.get(path))
    assert page.response.request.path == "/p/who"
    remember_ben(world)
    return browser.post("/p/who", {"who": "me"}, page=page)


def read_on(
    browser: Browser, choice: str = "yes", **answers: str
) -> tuple[Page, int]:
    """Read and answer page by page until the check; returns it and how many pages there were.

    What has a yes and a no is answered with `choice`, or with what `answers` says for its key.
    """
    page, count = browser.get("/p/start"), 0
    page = browser.get(str(page.soup.find("a", href=re.compile("^/p/(read/|sign)"))["href"]))
    while (path := page.response.request.path).startswith("/p/read/"):
        page = browser.post(path, answers_on(page, choice, answers), page=page)
        count += 1
    return page, count


def answers_on(page: Page, choice: str, answers: dict[str, str]) -> dict[str, str]:
    """Return an answer to everything that a page asks."""
    offered: dict[str, list[str]] = {}
    for radio in page.soup.find_all("input", type="radio"):
        offered.setdefault(str(radio["name"]), []).append(str(radio["value"]))
    return {name: answers.get(name.replace("-", "_"), "read" if "read" in values else choice)
            for name, values in offered.items()}
