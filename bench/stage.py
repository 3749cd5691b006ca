"""A populated portal to measure, and a way to call it without a network."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from portal import schema
from portal.app import make_app
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.web.words import speak
from tests.builders import World, add_engagement, add_practice, issue, opened, read_all
from tests.conftest import KEYS
from tests.pages import BASE, Browser

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def make_stage(*, founded: bool = True) -> tuple[Flask, World]:
    """Return an application on a fresh SQLite database, with Ana's practice in it if `founded`."""
    home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    settings = Settings(instance_dir=home, base_url=BASE, **KEYS)
    clock = StandingClock(datetime.now(UTC))
    app = make_app(settings, clock)
    ground = app.extensions["portal"]
    schema.upgrade(ground.engine)
    speak("en", "Europe/Vienna")
    world = World(ground, clock)
    if founded:
        add_practice(world)
    return app, world


def add_reader(app: Flask, world: World, *, done: bool) -> Browser:
    """Return the browser of a new coachee who has come in, and has read everything if `done`."""
    add_engagement(world)
    issue(world)
    opened(world)
    if done:
        read_all(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    return Browser(app).be(world, "ben", "party", "mailbox")


def beside(plain: Callable[[], object], act: Callable[[], object], rounds: int) -> float:
    """Return how many times the CPU of `plain` an act takes: the median of so many rounds.

    Each round measures both, so that a machine which is busy with other things is busy with
    both of them.
    """
    ratios = []
    for _number in range(rounds):
        start = time.process_time()
        for _again in range(10):
            plain()
        middle = time.process_time()
        act()
        ratios.append((time.process_time() - middle) / ((middle - start) / 10))
    return sorted(ratios)[len(ratios) // 2]


def caller(app: Flask, path: str, client: Client | None = None, **how: Any) -> Callable[[], bytes]:
    """Return a function that calls the application once, with all preparation done before."""
    builder = EnvironBuilder(path=path, base_url=BASE, **how)
    environ = builder.get_environ()
    if client is not None:
        client._add_cookies_to_wsgi(environ)
    body = environ["wsgi.input"].read() if "wsgi.input" in environ else b""

    def call() -> bytes:
        import io

        answer, status, _headers = run_wsgi_app(
            app.wsgi_app, {**environ, "wsgi.input": io.BytesIO(body)}, buffered=True)
        if not status.startswith(("200", "303")):
            raise RuntimeError(status)
        return b"".join(answer)

    return call


