"""The portal as people meet it: served over HTTP, with a mail server and a worker beside it.

Its clock stands until a test moves it, so nobody waits half a minute for a new code.
"""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.app import create_app, finish
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.jobs import run_job
from portal.web.words import speak
from tests.builders import World
from tests.conftest import DATABASE, KEYS, NOW
from tests.engines import suit_tests
from tests.haste import compile_once
from tests.mailroom import Mailroom, running
from tests.plugins.needs import tool
from tests.sight import see_all
from tests.strangers import examine_all
from tests.web.stage import a_database

HOST = "127.0.0.1"
_LINK = re.compile(r"https?://\S+/(?:i|join)/\S+")


@dataclass
class Answer:
    """Remember an HTML page as the server sent it."""

    endpoint: str
    status: int
    html: str


@dataclass
class House:
    """Hold a served portal and what belongs to it."""

    world: World
    app: Flask
    url: str
    mailroom: Mailroom
    answers: list[Answer] = field(default_factory=list)

    @property
    def clock(self) -> StandingClock:
        return self.world.clock

    def run(self, *jobs: str) -> int:
        """Let the worker do jobs, on a thread of its own as in life; returns how much it did."""
        with ThreadPoolExecutor(1) as worker:
            return sum(worker.submit(run_job, self.world.ground, job).result() for job in jobs)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """Deliver what waits and return all mails that an address got, newest last."""
        self.run("mail")
        return [mail for mail in self.mailroom.mails if mail["To"] == address]

    def link_for(self, address: str) -> str:
        """Deliver what waits and return the link in the newest mail of an address that has one."""
        bodies = [mail.get_body(("plain",)) for mail in self.mails_to(address)]
        links = [str(link) for body in bodies if body is not None
                 for link in _LINK.findall(body.get_content())]
        return links[-1]


class Authenticator:
    """An app for one-time codes: it knows the key that a page showed, and the time."""

    def __init__(self, key: str, clock: StandingClock) -> None:
        self._key, self._clock = "".join(key.split()), clock

    def now(self) -> str:
        """Return the code that is on the screen."""
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%S UTC")
        done = subprocess.run(
            [tool("oathtool"), "--totp", "-b", f"--now={at}", self._key],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def fresh(self) -> str:
        """Let half a minute pass and return the next code, which nobody has used."""
        self._clock.move(seconds=30)
        return self.now()


class _Quiet(WSGIRequestHandler):
    def log(self, *_words: object) -> None:
        """Say nothing: a failing test shows its page instead."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(app: Flask | Callable[..., Any], held: socket.socket) -> Iterator[None]:
    """Serve an application on a socket that is held, for as long as the block lasts."""
    server = make_server(HOST, 0, app, threaded=True, request_handler=_Quiet, fd=held.fileno())
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _remember(app: Flask, answers: list[Answer]) -> None:
    @app.after_request
    def keep(response: Response) -> Response:
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            answers.append(
                Answer(
                    request.endpoint or "none",
                    response.status_code,
                    response.get_data(as_text=True),
                )
            )
        return response


@contextmanager
def a_house(
    empty: str, folder: Path, furnish: Callable[[Flask], None] | None = None, *,
    host: str = HOST,
) -> Iterator[House]:
    """Serve an empty portal on a database of its own; `furnish` may add to the application, and
    `host` is how people call this machine."""
    # Held from here on: by the time the application is made somebody else could have the port.
    with a_database(empty, folder) as url, running() as (mailroom, smtp), socket.create_server(
            (HOST, 0)) as held:
        port = int(held.getsockname()[1])
        settings = Settings(
            instance_dir=folder,
            database_url=url,
            base_url=f"http://{host}:{port}",
            port=port,
            smtp_url=smtp,
            mail_from="portal@berg.example",
            **KEYS,
        )
        clock = StandingClock(NOW)
        speak("en", "Europe/Vienna")
        app = create_app(settings, clock)
        ground = see_all(app.extensions["portal"])
        suit_tests(ground.engine)
        compile_once(app)
        house = House(World(ground, clock), app, settings.base_url, mailroom)
        _remember(app, house.answers)
        if furnish:
            furnish(app)
        with served(finish(app), held):
            yield house
        if DATABASE == "sqlite":
            with ThreadPoolExecutor(1) as aside:  # the browser's own loop runs on this thread
                aside.submit(examine_all, ground, folder / "strangers").result()
        ground.engine.dispose()
