"""A practice in which Ben has read everything, on an application as it is served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from portal.app import make_app
from portal.desk.actions import keep_board
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all
from tests.engines import suit_tests
from tests.haste import compile_once
from tests.sight import see_all

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.clock import StandingClock
    from portal.ground.settings import Settings


@pytest.fixture
def impatient(settings: Settings, clock: StandingClock) -> Iterator[World]:
    """Give a world on a ground floor that waits for the database for one second alone."""
    ground = see_all(make_ground(replace(settings, database_seconds=1, threads=2), clock,
                                 keep_notes, keep_board))
    suit_tests(ground.engine)
    yield World(ground, clock)
    ground.engine.dispose()


@pytest.fixture
def ready(impatient: World) -> World:
    """Give a world in which Ben has come in and read everything."""
    add_practice(impatient)
    impatient.ids["ben.engagement"] = add_engagement(impatient)
    issue(impatient)
    opened(impatient)
    read_all(impatient)
    return impatient


@pytest.fixture
def served(ready: World) -> Flask:
    """Give the application as `portal serve` runs it: what goes wrong gets a page."""
    made = make_app(ready.ground.settings, ready.clock)
    made.extensions["portal"].engine.dispose()
    made.extensions["portal"] = ready.ground
    compile_once(made)
    return made
