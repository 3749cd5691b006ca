"""Record and access log as JSON lines: whole, in a stable order, with no name in them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.cli import main
from portal.ledger.models import Access, Entry
from portal.ledger.queries import Span, audit_lines
from tests.builders import World, add_practice, conclude
from tests.cast import ANA, BEN, YUL, ZOE
from tests.conftest import KEYS, NOW
from tests.pages import BASE, Browser

if TYPE_CHECKING:
    from typing import Any

    from flask import Flask


def lines(world: World, **span: Any) -> list[dict[str, Any]]:
    with world.ground.work(writes=False) as work:
        return [json.loads(line) for line in
                audit_lines(work, Span(**{"since": NOW - timedelta(days=9), **span}))]


@pytest.fixture
def told(world: World, app: Flask) -> World:
    """Give two practices, and somebody who looked about."""
    add_practice(world, ZOE, "zoe", name="Quist Coaching")
    conclude(world)
    ben = Browser(app).be(world, "ana", "coach")
    ben.get(f"/engagements/{world.ids['engagement']}")
    world.clock.move(hours=1)
    ben.post("/sign-in", {"email": ANA.email, "password": "not this one at all"})
    return world


def test_tells_every_entry_and_every_access_oldest_first(told: World) -> None:
    found = lines(told)
    with told.ground.work(writes=False) as work:
        counts = [work.session.scalar(select(func.count()).select_from(table))
                  for table in (Entry, Access)]
    assert [sum(one["from"] == kind for one in found) for kind in ("record", "access")] == counts
    assert min(counts) > 1
    instants = [datetime.fromisoformat(one["at"]) for one in found]
    assert instants == sorted(instants)
    assert all(at.tzinfo is not None for at in instants)
    assert lines(told) == found


def test_tells_of_one_practice_alone_and_of_one_span(told: World) -> None:
    ana, found = told.ids["ana.practice"], lines(told)
    assert lines(told, practice_id=ana) == [one for one in found if one["practice"] == ana]
    later = NOW + timedelta(hours=1)
    assert lines(told, until=later) + lines(told, since=later) == found
    assert lines(told, since=later)


def test_names_nobody(told: World) -> None:
    whole = json.dumps(lines(told))
    for person in (ANA, BEN, ZOE, YUL):
        for part in (*person.name.split(), person.email):
            assert part not in whole


@pytest.mark.parametrize("agent", [
    "x\r\n{\"from\":\"record\"}", "\u2028\u2029\x85", "\x1b[2J", "\"},{"])
def test_keeps_a_line_a_line_whatever_was_sent(told: World, app: Flask, agent: str) -> None:
    browser = Browser(app)
    browser.client.environ_base["HTTP_USER_AGENT"] = agent
    browser.client.environ_base["REMOTE_ADDR"] = agent
    told.clock.move(minutes=1)
    browser.post("/sign-in", {"email": agent, "password": agent})
    browser.get(f"/i/{agent.encode().hex()}")
    with told.ground.work(writes=True) as work:
        work.note("planted", agent[:48], subject_id=agent[:32])
    with told.ground.work(writes=False) as work:
        raw = list(audit_lines(work, Span(told.clock.now())))
    assert raw
    for line in raw:
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["from"] == "access"


def test_prints_what_was_asked_for_and_says_how_an_instant_is_written(
    told: World, tmp_path: Any
) -> None:
    environment = {"PORTAL_INSTANCE_DIR": str(tmp_path), "PORTAL_BASE_URL": BASE,
                   "PORTAL_DATABASE_URL": told.ground.settings.database_url,
                   **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}}

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["audit", *words], env=environment)

    done = run("--since", "2026-11-01", "--practice", told.ids["ana.practice"])
    assert done.exit_code == 0, done.output
    assert [json.loads(line) for line in done.output.splitlines()] == lines(
        told, practice_id=told.ids["ana.practice"])
    nothing = run("--since", "2026-11-23T10:00+01:00", "--until", "2026-11-23T09:00+00:00")
    assert nothing.output == ""
    for wrong in ("yesterday", "2026-11-23T09:00", "2026-13-01", ""):
        refused = run("--since", wrong)
        assert refused.exit_code == 2
        assert "an instant with its offset" in refused.output
