"""More at once than can be answered: some wait, the others hear at once to come again.

Whoever watches is answered all the same.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest

from portal.app import create_app, finish
from portal.server import options
from portal.web.guards import Door, guard
from portal.web.limits import SPARE
from tests.pages import BASE, Browser

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.clock import StandingClock
    from tests.builders import World

pytestmark = pytest.mark.once
THREADS, QUEUE = 3, 4


@pytest.fixture
def slow(world: World, clock: StandingClock) -> tuple[Flask, Event, Counter[str]]:
    """Give an application of few turns in which `/slow` answers when it is let go."""
    go, count = Event(), Counter[str]()
    settings = replace(world.ground.settings, threads=THREADS, queue=QUEUE, queue_seconds=120)
    app = create_app(settings, clock)
    app.extensions["portal"].engine.dispose()
    app.extensions["portal"] = world.ground

    def view(work: object) -> str:
        count["inside"] += 1
        assert go.wait(150)
        return "done"

    app.add_url_rule("/slow", "slow", guard(Door.ANYONE)(view))
    app.add_url_rule("/api/slow", "slow_api", guard(Door.ANYONE)(view))
    return finish(app), go, count


def test_turns_away_at_once_what_finds_no_place(
    slow: tuple[Flask, Event, Counter[str]]
) -> None:
    app, go, count = slow
    crowd = 40
    barrier = Barrier(crowd)

    def ask(_number: int) -> int:
        client = app.test_client()
        barrier.wait()
        return client.get("/slow", base_url=BASE).status_code

    with ThreadPoolExecutor(crowd) as pool:
        answers = [pool.submit(ask, number) for number in range(crowd)]
        # Those who are turned away are answered while all the turns are taken.
        turned = _first(answers, crowd - THREADS - QUEUE)
        assert set(turned) == {503}
        assert count["inside"] <= THREADS
        for path in ("/healthz", "/readyz"):
            assert app.test_client().get(path, base_url=BASE).status_code in (200, 503)
        page = Browser(app).client.get("/sign-in", base_url=BASE)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert "Not possible for a moment" in page.text
        assert page.headers["Content-Security-Policy"]
        told = app.test_client().get("/api/slow", base_url=BASE)
        assert (told.status_code, told.json["type"]) == (503, f"{BASE}/api#unavailable")
        assert "overload" in app.test_client().get("/readyz", base_url=BASE).json["trouble"]
        go.set()
        assert Counter(answer.result() for answer in answers) == {
            503: crowd - THREADS - QUEUE, 200: THREADS + QUEUE}
    assert count["inside"] == THREADS + QUEUE
    assert app.test_client().get("/sign-in", base_url=BASE).status_code == 200


def _first(answers: list, wanted: int) -> list[int]:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        done = [answer.result() for answer in answers if answer.done()]
        if len(done) >= wanted:
            return done
        time.sleep(0.01)
    raise AssertionError("those who find no place were left hanging")


def test_lets_nobody_wait_longer_than_was_said(
    slow: tuple[Flask, Event, Counter[str]]
) -> None:
    app, go, _count = slow
    app.wsgi_app._seconds = 0.05  # type: ignore[attr-defined]
    with ThreadPoolExecutor(THREADS + 1) as pool:
        inside = [pool.submit(lambda: app.test_client().get("/slow", base_url=BASE).status_code)
                  for _number in range(THREADS)]
        while _count["inside"] < THREADS:
            time.sleep(0.01)
        assert app.test_client().get("/sign-in", base_url=BASE).status_code == 503
        go.set()
        assert [one.result() for one in inside] == [200] * THREADS
    assert app.test_client().get("/sign-in", base_url=BASE).status_code == 200


def test_a_turn_comes_back_after_what_failed(slow: tuple[Flask, Event, Counter[str]]) -> None:
    app, _go, _count = slow
    for _number in range(2 * (THREADS + QUEUE)):
        assert app.test_client().get("/no/such/page", base_url=BASE).status_code == 404
    assert app.test_client().get("/sign-in", base_url=BASE).status_code == 200


def test_the_server_runs_a_thread_for_each_that_is_counted(world: World) -> None:
    settings = world.ground.settings
    assert options(settings)["threads"] == settings.threads + settings.queue + SPARE
