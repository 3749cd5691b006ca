"""Looking changes nothing: GET, HEAD and OPTIONS leave every row as it was (ASVS 3.5.3)."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text, update

from portal.app import create_app, finish
from portal.ground.chance import new_id
from portal.ground.work import WriteOnRead
from portal.people.models import Person, Practice
from portal.reaching.models import DoorRequest
from portal.web.guards import Door, guard
from tests.pages import BASE
from tests.web.stage import PERSONAS, routes, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Engine

    from portal.ground.work import Work
    from tests.builders import World
    from tests.web.stage import Stage

SAFE = ("GET", "HEAD", "OPTIONS")
#: So often everything is looked at in each of the three ways, two of which draw the page; the long
#: version of this looks ten times.
TIMES = int(os.environ.get("PORTAL_TEST_LOOKS", "1"))


def digest(engine: Engine) -> str:
    """Return one hash over every row of every table but the access log."""
    return hashlib.sha256(json.dumps(sorted(rows(engine))).encode()).hexdigest()


@pytest.mark.parametrize("persona", PERSONAS)
def test_changes_nothing_however_often_anyone_looks(stage: Stage, persona: str) -> None:
    client = stage.browser(persona).client
    before = digest(stage.world.ground.engine)
    for rule, method in routes(stage.app):
        path = stage.path(rule, **stage.values())
        for safe in SAFE if method == "GET" else ("OPTIONS",):
            for _time in range(TIMES):
                answer = client.open(path, method=safe, base_url=BASE)
                assert answer.status_code < 500, (safe, path)
                answer.close()
    assert digest(stage.world.ground.engine) == before


@pytest.mark.parametrize("persona", ["ana", "ben", "nele-by-link", "nobody"])
def test_leaves_no_transaction_open(stage: Stage, persona: str) -> None:
    """A page that says no is drawn after its transaction: nothing may stay locked for it."""
    pool = stage.world.ground.engine.pool
    for rule, method in routes(stage.app):
        browser = stage.browser(persona)
        data = {"csrf_token": browser.token()} if method == "POST" else None
        for values in (stage.values("ben"), stage.values("yul")):
            browser.client.open(stage.path(rule, **values), method=method, data=data,
                                base_url=BASE)
            assert pool.checkedout() == 0, rule.rule  # type: ignore[attr-defined]


def _adds_a_row(work: Work) -> str:
    work.session.add(DoorRequest(id=new_id(), asked_at=work.now))
    work.session.flush()
    return "written"


def _changes_rows(work: Work) -> str:
    work.session.execute(update(Person).values(locale="xx"))
    return "written"


def _changes_a_loaded_row(work: Work) -> str:
    work.session.query(Practice).one().locale = "xx"
    return "written"


def _speaks_sql(work: Work) -> str:
    work.session.execute(text("DELETE FROM door_request"))
    return "written"


def _draws_a_table(work: Work) -> str:
    work.session.execute(text("CREATE TABLE more (id INTEGER)"))
    return "written"


@pytest.mark.parametrize("writer", [
    _adds_a_row, _changes_rows, _changes_a_loaded_row, _speaks_sql, _draws_a_table])
def test_lets_no_view_write_while_it_reads(
    engaged: World, writer: Callable[[Work], str]
) -> None:
    app = app_with(engaged, writer)
    before = digest(engaged.ground.engine)
    for method in ("GET", "HEAD"):
        # The session refuses, or the database does: then the page says that something is wrong.
        with suppress(WriteOnRead):
            answer = app.test_client().open("/writer", method=method, base_url=BASE)
            assert answer.status_code == 503
    assert digest(engaged.ground.engine) == before


def test_lets_the_same_view_write_when_something_is_posted(engaged: World) -> None:
    app = app_with(engaged, _changes_rows)
    app.config["WTF_CSRF_ENABLED"] = False
    before = digest(engaged.ground.engine)
    assert app.test_client().post("/writer", base_url=BASE).status_code == 200
    assert digest(engaged.ground.engine) != before


def app_with(world: World, view: Callable[[Work], str]) -> Flask:
    """Return the application with one more view, framed like all others."""
    app = create_app(world.ground.settings, world.clock, testing=True)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground
    app.add_url_rule("/writer", "writer", guard(Door.ANYONE)(view), methods=["GET", "POST"])
    return finish(app)
