"""Who gets what, for every route and method: ids of others do not exist (Z5, INV-24)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import TestResponse

from portal.ground.chance import new_id
from tests.cast import BEN
from tests.rows import keep, put_back
from tests.web.stage import PERSONAS, routes, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.routing import Rule

    from tests.pages import Browser, Page
    from tests.web.stage import Stage

#: Strangers to Ben's terms. What they may do, they do to what is theirs.
STRANGERS = ("nobody", "dora", "hana", "olga", "zoe", "yul", "mallory", "forged", "ended")
#: Browsers with a session that was never given, or that has ended, are treated as nobody.
AS_NOBODY = {"forged": "nobody", "ended": "nobody"}
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
#: What stands in every row that belongs to a stranger, and in which tables they may change any.
#: The practice's standing answers are of all who coach there.
OWN = {"dora": ("dora.practice", ("practice", "ledger_entry", "calendar_feed")),
       "olga": ("olga.practice", ("practice", "ledger_entry", "membership_invitation", "notice",
                                  "seal", "seal_root", "calendar_feed")),
       "zoe": ("zoe.practice", None),
       "yul": ("yul.engagement", None), "mallory": ("mallory.engagement", None)}
#: Tables in which a stranger's own signing in and asking leaves something.
SESSIONS = ("access_log", "sign_in", "door_request")
_CSRF = re.compile(rb'(name="csrf_token"[^>]*value=")[^"]+')


@cache
def matrix() -> dict[tuple[str, str], dict[str, str]]:
    """Read the table: what each persona is to get from each view."""
    head, *lines = [line.split() for line in
                    Path(__file__).with_name("matrix.txt").read_text("utf-8").splitlines()
                    if line and not line.startswith("#")]
    assert all(len(line) == len(head) for line in lines), "a cell is missing"
    assert len({tuple(line[:2]) for line in lines}) == len(lines), "a row stands twice"
    return {(line[0], line[1]): dict(zip(head[2:], line[2:], strict=True)) for line in lines}


def short(stage: Stage, page: Page) -> str:
    """Write an answer as the table does: a status, or where a redirect leads."""
    if page.status == 303:
        return ">" + stage.endpoint(page.location).split(".")[1]
    return str(page.status)


def ask(browser: Browser, method: str, path: str) -> Page:
    """Send one request: what is posted is an empty form."""
    if method == "GET":
        return browser.get(path, follow=False)
    return browser.post(path, {}, follow=False)


def test_has_a_row_for_every_route_and_a_route_for_every_row(stage: Stage) -> None:
    found = {(rule.endpoint, method) for rule, method in routes(stage.app)}
    assert set(matrix()) == found


def _ends_others(route: tuple[Rule, str]) -> bool:
    return "/other-sessions/" in route[0].rule


@dataclass
class Walk:
    """Hold what one persona got on the way along all routes, and what it changed."""

    pages: dict[tuple[str, str], Page]
    changed: set[tuple[str, str]]


def elsewhere(stage: Stage, persona: str) -> Browser:
    """Return a browser in a network of the persona's own: nobody waits because of the links that
    another made up."""
    browser = stage.browser(persona)
    browser.client.environ_base["REMOTE_ADDR"] = f"203.0.{list(PERSONAS).index(persona)}.7"
    return browser


@pytest.fixture(scope="module", autouse=True)
def walk(stage: Stage) -> Callable[[str], Walk]:
    """Give a walk along all routes in the name of anybody; each is walked once.

    Everybody finds the same, whoever walked before: what one of them ends, such as a proposal,
    would be another answer for the next one.
    """
    engine = stage.world.ground.engine
    as_told = keep(engine)

    @cache
    def walked(persona: str) -> Walk:
        put_back(engine, as_told)
        before = rows(engine, SESSIONS)
        reader = elsewhere(stage, persona)
        # Some posts end the session, so each of them has a browser of its own; and some end those
        # of all other browsers, so they come last.
        pages = {(rule.endpoint, method): ask(
            reader if method == "GET" else elsewhere(stage, persona), method,
            stage.path(rule, **stage.values()))
            for rule, method in sorted(routes(stage.app), key=_ends_others)}
        return Walk(pages, rows(engine, SESSIONS) ^ before)

    return walked


@pytest.mark.parametrize("persona", PERSONAS)
def test_answers_every_persona_as_the_table_says(
    stage: Stage, walk: Callable[[str], Walk], persona: str
) -> None:
    column = AS_NOBODY.get(persona, persona)
    got = {key: short(stage, page) for key, page in walk(persona).pages.items()}
    assert got == {key: row[column] for key, row in matrix().items() if key in got}


@pytest.mark.parametrize("persona", STRANGERS)
def test_shows_strangers_nothing_of_ben(
    stage: Stage, walk: Callable[[str], Walk], persona: str
) -> None:
    for key, page in walk(persona).pages.items():
        secrets = [BEN.email, stage.ids["ben"], stage.ids["ben.paper"]]
        # Whoever helps with dates sees names, and is named on Ben's page for it (INV-24).
        if persona != "hana" or not key[0].startswith(("sessions.", "desk.today")):
            secrets.append(BEN.name)
        for secret in secrets:
            assert secret not in without_addresses(page.html), (key, secret)


def without_addresses(html: str) -> str:
    """Leave out where a page leads: a redirect repeats the address that was asked for."""
    return re.sub(r'(href|action|value)="[^"]*"|<a [^>]*>[^<]*</a>', "", html)


@pytest.mark.parametrize("persona", STRANGERS)
def test_lets_strangers_touch_only_what_is_their_own(
    stage: Stage, walk: Callable[[str], Walk], persona: str
) -> None:
    key, tables = OWN.get(persona, ("", None))
    own = stage.ids.get(key, "nothing at all")
    assert [row for row in walk(persona).changed if own not in row[1]
            or (tables is not None and row[0] not in tables)
            or stage.ids["ben.engagement"] in row[1]] == []


#: Whose session asks with which of their own things, mixed with which of Ben's.
MIXES = [
    ("dora", "ben", {"engagement_id", "party_id", "session_id", "version_id", "paper_id",
                     "token_id"}),
    ("olga", "ben", {"engagement_id", "party_id", "session_id", "version_id", "paper_id",
                     "token_id"}),
    ("zoe", "yul", {"engagement_id", "party_id", "session_id", "version_id", "paper_id",
                    "account_id", "join_id", "token_id"}),
    ("zoe", "yul", {"party_id", "session_id", "version_id", "paper_id"}),
    ("ana", "mallory", {"party_id", "session_id", "version_id", "paper_id", "question_id"}),
    ("yul", "yul", {"session_id", "version_id", "paper_id", "reader_id", "sign_in_id"}),
    ("yul", "yul", {"paper_id"}),
    ("mallory", "mallory", {"session_id", "version_id", "paper_id"}),
    ("mallory", "mallory", {"paper_id"}),
]


@pytest.mark.parametrize("persona, owner, foreign", MIXES)
def test_answers_foreign_ids_like_ids_that_do_not_exist(
    stage: Stage, persona: str, owner: str, foreign: set[str]
) -> None:
    own, others = stage.values(owner), stage.values("ben")
    asked = 0
    for rule, method in routes(stage.app):
        if (not rule.arguments & foreign
                or stage_door(stage, rule.endpoint) not in doors_of(persona)):
            continue
        theirs = {**own, **{name: others[name] for name in foreign}}
        unknown = {**own, **{name: new_id() for name in foreign}}
        seen = [ask(stage.browser(persona), method, stage.path(rule, **values)).response
                for values in (theirs, unknown)]
        assert [answer.status_code for answer in seen] == [404, 404], rule.rule
        assert plain(seen[0]) == plain(seen[1]), rule.rule
        asked += 1
    assert asked


def doors_of(persona: str) -> set[str]:
    """Return which doors somebody comes through with their things."""
    if persona in ("ana", "olga", "zoe"):
        return {"coach", "desk", "owner"}
    return {"coach", "desk"} if persona == "dora" else {"party"}


def stage_door(stage: Stage, endpoint: str) -> str:
    """Return which kind of visitor a view is for."""
    door = str(stage.app.view_functions[endpoint].door)  # type: ignore[attr-defined]
    return {"mailbox": "party"}.get(door, door)


def plain(answer: TestResponse) -> tuple[bytes, dict[str, str]]:
    """Return an answer without what differs every time: the form token."""
    headers = {name: value for name, value in answer.headers if name != "Set-Cookie"}
    return _CSRF.sub(rb"\1", answer.get_data()), headers


def test_answers_no_other_method(stage: Stage) -> None:
    client = stage.browser("ana").client
    for rule in stage.app.url_map.iter_rules():
        path = stage.path(rule, **stage.values())
        for method in OTHER_METHODS:
            answer = client.open(path, method=method, base_url="http://127.0.0.1:8000")
            assert answer.status_code == 405, (rule.rule, method)


def test_serves_nothing_of_the_demo(stage: Stage) -> None:
    assert [r.rule for r in stage.app.url_map.iter_rules() if "demo" in r.rule + r.endpoint] == []
