"""The real server under load: boards, pages of the ceremony, questions, signatures with real codes.

`python -m bench.load` serves on this machine and lets 1, 8 and 64 connections in, on SQLite and on
PostgreSQL; then 64 people sign different agreements at once, more connections come than there are
threads for, and the memory of the server is looked at over many thousand requests. Nothing passes
or fails here; answers that should not be are listed as they are.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bench.clockwork import a_file, a_server
from bench.start import _family, _free_port, _pss, _wait_for
from portal.app import make_app
from portal.factors.queries import pending_factor
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.web.words import speak
from tests.builders import World, add_engagement, issue, opened, read_all
from tests.cast import Character
from tests.conftest import KEYS
from tests.pages import BASE, Browser
from tests.sharing.table import load, person, seat_everyone
from tests.tools.program import new_key

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).parents[1]
CONNECTIONS = (1, 8, 64)
AT_ONCE = 64
OVERLOAD = 512


@dataclass
class House:
    """Hold what was prepared: who may come, and what they bring."""

    url: str
    coach: str
    coachee: str
    readers: list[str]
    signers: list[dict[str, str]]
    ask: dict[str, str]
    program: str

    def take(self, count: int) -> list[dict[str, str]]:
        """Return so many who have not signed yet; nobody signs twice."""
        taken, self.signers = self.signers[:count], self.signers[count:]
        return taken


def cookie(browser: Browser) -> str:
    """Return what a browser would send."""
    held = browser.client.get_cookie("portal", "127.0.0.1")
    assert held is not None
    return f"portal={held.value}"


def prepare(url: str, signers: int) -> House:
    """Let a coach ask so many people, who have read everything and only have to sign."""
    settings = Settings(instance_dir=Path(), database_url=url, base_url=BASE, **KEYS)
    # Each issuing uses up a code of the coach, so all this began some hours ago.
    clock = StandingClock(datetime.now(UTC) - timedelta(seconds=31 * (signers + 200)))
    app = make_app(settings, clock)
    world = World(app.extensions["portal"], clock)
    speak("en", "Europe/Vienna")
    seat_everyone(world)
    table = dict(world.ids)
    keys = [f"coachee-{number}" for number in range(signers)]
    for key in keys:
        add_engagement(world, Character("Ben Adler", f"{key}@posteo.example"), key)
        world.ids[f"{key}.engagement"] = world.ids["engagement"]
        issue(world)
        opened(world, key)
        read_all(world, key)
    clock.move(seconds=(datetime.now(UTC) - clock.now()).total_seconds())
    ready = [_signer(app, world, key) for key in keys]
    world.ids |= table
    world.ids["ben.engagement"] = world.ids["engagement"]
    coach, coachee = (Browser(app).be(world, *who) for who in (("ana", "coach"), ("ben", "party")))
    house = House(url, cookie(coach), cookie(coachee), [one["cookie"] for one in ready], ready,
                  _question(world, coach), new_key(world))
    world.ground.engine.dispose()
    return house


def _signer(app: Flask, world: World, key: str) -> dict[str, str]:
    """Return the browser of somebody before the sheet, all of it filled in but the code."""
    browser = Browser(app).be(world, key, "party", "mailbox")
    fields = browser.get("/p/sign").fields("/p/sign")
    with world.ground.work(writes=False) as work:
        factor = pending_factor(work, world.ids[key])
        assert factor is not None
        seed = work.reveal(factor, "secret")
    fields.pop("code", None)
    fields.pop("later", None)
    return {"cookie": cookie(browser), "body": urlencode(fields), "seed": seed}


def _question(world: World, coach: Browser) -> dict[str, str]:
    """Return the question whether Carla may hear of the goals, as its last page sends it."""
    path = f"/engagements/{world.ids['engagement']}/ask"
    page = coach.get(f"{path}?to={person(load(world), 'carla')}&what=PRG.GOALS")
    return {"path": path, "cookie": cookie(coach),
            "body": urlencode(page.fields(path) | {"how": "portal"})}


@contextmanager
def serving(url: str) -> Iterator[tuple[int, int]]:
    """Serve a database as `portal serve` does; gives the port and the server's process."""
    port = _free_port()
    with TemporaryDirectory() as home:
        environment = {
            **os.environ, "PORTAL_INSTANCE_DIR": home, "PORTAL_DATABASE_URL": url,
            "PORTAL_PORT": str(port), "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
            "PORTAL_LOG_LEVEL": "error", "PORTAL_SMTP_URL": "",
            **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}}
        server = subprocess.Popen([sys.executable, "-m", "portal", "serve"], env=environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}/sign-in")
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(40)


def visit(house: House, port: int, connections: int, seconds: float, **more: Any) -> dict[str, Any]:
    """Let so many connections in at once, and return what they saw."""
    plan = {"port": port, "connections": connections, "seconds": seconds,
            "coaches": [house.coach], "readers": house.readers, "ask": house.ask, **more}
    done = subprocess.run([sys.executable, "-m", "bench.visitors"], cwd=ROOT, text=True,
                          input=json.dumps(plan), capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(name: str, seen: dict[str, Any]) -> str:
    """Return throughput, how long nearly all waited, and every answer that was no success."""
    took = sorted(one for each in seen["took"].values() for one in each)
    counted = Counter({key: count for key, count in seen["answers"].items()
                       if key.split()[1] not in ("200", "303")})
    at = {share: 1000 * took[min(len(took) - 1, math.ceil(share * len(took)) - 1)]
          for share in (0.5, 0.95, 0.99)} if took else {}
    signed = len(seen["took"].get("sign", ()))
    return (f"{name:32}{len(took) / seen['seconds']:8.0f} a second  "
            + "  ".join(f"p{share * 100:.0f} {value:7.1f} ms" for share, value in at.items())
            + f"  signed {signed:4}  " + (f"not good: {dict(counted)}" if counted else "all good"))


def memory(house: House, port: int, process: int, requests: int) -> list[float]:
    """Return the PSS of the server in MiB after a tenth of so many requests, and after each
    further fifth of them."""
    found = []
    for part in (0.1, 0.2, 0.2, 0.2, 0.3):
        visit(house, port, 8, 3600, mix=["board", "page"], requests=int(requests * part / 8))
        found.append(sum(map(_pss, _family(process))) / 1024)
    return found


def run(name: str, url: str, seconds: float, requests: int) -> None:
    """Print all figures of one database."""
    needed = AT_ONCE + int(seconds * 80)
    begun = time.monotonic()
    house = prepare(url, needed)
    print(f"{name}: {needed} people are ready to sign, after {time.monotonic() - begun:.0f} s")
    with serving(url) as (port, process):
        visit(house, port, 4, 2, mix=["board", "page"])
        for connections in CONNECTIONS:
            signers = house.take(needed // 6)
            print(told(f"{name}, {connections} connections", visit(
                house, port, connections, seconds, signers=signers)), flush=True)
        print(told(f"{name}, {AT_ONCE} sign at once", visit(
            house, port, AT_ONCE, 60, mix=["sign"], requests=1, signers=house.take(AT_ONCE))),
            flush=True)
        print(told(f"{name}, {OVERLOAD} connections", visit(
            house, port, OVERLOAD, seconds, mix=["board", "page"])), flush=True)
        print(told(f"{name}, 8 connections, after that", visit(
            house, port, 8, seconds, mix=["board", "page"])), flush=True)
        if requests:
            grown = memory(house, port, process, requests)
            print(f"{name}, MiB over {requests:,} requests: "
                  + ", ".join(f"{one:.1f}" for one in grown), flush=True)


def main() -> None:
    """Measure both databases, or the one that is named."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--database", choices=["sqlite", "postgresql"])
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--requests", type=int, default=50_000)
    said = asked.parse_args()
    for name, database in (("sqlite", a_file), ("postgresql", a_server)):
        if said.database in (None, name):
            with database() as url:
                run(name, url, said.seconds, said.requests)


if __name__ == "__main__":
    main()
