"""A process that is told to stop finishes what is in hand, takes nothing new, and exits with 0."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from portal.engagements.actions import tell
from portal.engagements.queries import by_id, parties_of
from portal.evidence.models import SealedFile
from portal.notices.models import Notice
from tests.browser.house import _free_port
from tests.builders import World, add_engagement, add_practice, conclude
from tests.conftest import KEYS
from tests.mailroom import answering
from tests.stamping import stamping

if TYPE_CHECKING:
    from portal.ground.settings import Settings

ROOT = Path(__file__).parents[2]
MINUTE = 60.0


@dataclass
class Slow:
    """A mail server that takes its time: it answers a mail when it is let."""

    in_hand: threading.Event = field(default_factory=threading.Event)
    let: threading.Event = field(default_factory=threading.Event)
    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        self.in_hand.set()
        await server.loop.run_in_executor(None, self.let.wait, MINUTE)
        self.taken.append(envelope.content.decode())
        return "250 OK"


@contextmanager
def slow_server() -> Iterator[tuple[Slow, str]]:
    slow = Slow()
    with answering(slow) as port:
        try:
            yield slow, f"smtp://127.0.0.1:{port}"
        finally:
            slow.let.set()


@pytest.fixture
def three(world: World) -> World:
    """Give a world in whose outbox three mails wait."""
    add_practice(world)
    add_engagement(world)
    with world.ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        [ben] = [party for party in parties_of(work, [engagement.id])[engagement.id]
                 if party.role == "COACHEE"]
        for number in range(3):
            tell(work, engagement, ben, "return", dedupe=f"mail:{number}",
                 link=f"http://127.0.0.1:8000/i/{number}", until="1 May 2027")
    return world


@contextmanager
def running(settings: Settings, *command: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command of the portal in an installation until the block ends."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")},
        "PORTAL_DATABASE_URL": settings.database_url, "PORTAL_TICK_SECONDS": "1",
        "PORTAL_INSTANCE_DIR": str(settings.instance_dir),
        **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}, **more}
    with subprocess.Popen([sys.executable, "-m", "portal", *command], env=environment, cwd=ROOT,
                          stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        # Whoever waits for words that never come hears the end of it.
        watchdog = threading.Timer(2 * MINUTE, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Return what a process logs, up to the line with these words, or all of it."""
    said = ""
    assert process.stderr is not None
    for line in process.stderr:
        said += line
        if words in line:
            break
    return said


def outbox(world: World) -> list[str | None]:
    with world.ground.work(writes=False) as work:
        return sorted(work.session.scalars(select(Notice.settled_as)), key=str)


@pytest.mark.parametrize(("command", "told"), [
    ("worker", signal.SIGTERM), ("worker", signal.SIGINT), ("serve", signal.SIGTERM)])
def test_finishes_the_mail_in_hand_and_takes_no_other(
    three: World, command: str, told: signal.Signals
) -> None:
    with slow_server() as (slow, url), running(
            three.ground.settings, command, PORTAL_SMTP_URL=url,
            PORTAL_PORT=str(_free_port())) as process:
        assert slow.in_hand.wait(MINUTE)
        process.send_signal(told)
        read_until(process, "told to stop")
        slow.let.set()
        read_until(process, "nothing logs this: to the end")
        assert process.wait(MINUTE) == 0
    assert len(slow.taken) == 1
    assert outbox(three) == [None, None, "done"]


def test_leaves_what_hangs_to_others_after_a_while(three: World) -> None:
    with slow_server() as (slow, url), running(
            three.ground.settings, "worker", PORTAL_SMTP_URL=url,
            PORTAL_STOP_SECONDS="1") as process:
        assert slow.in_hand.wait(MINUTE)
        process.send_signal(signal.SIGTERM)
        assert "left to others" in read_until(process, "left to others")
        assert process.wait(MINUTE) == 0
    assert outbox(three) == [None, None, None]


@pytest.mark.needs("openssl")
def test_finishes_the_paper_in_hand_and_begins_no_other(world: World, tmp_path: Path) -> None:
    """The paper is made by a process of the worker, which is told too."""
    conclude(world)
    asked, let = threading.Event(), threading.Event()
    with stamping(tmp_path / "stamps") as service:
        def slowly(good: bytes) -> tuple[int, bytes]:
            asked.set()
            let.wait(MINUTE)
            return 200, good

        service.mood = slowly
        with running(world.ground.settings, "worker", PORTAL_TSA_URL=service.url) as process:
            assert asked.wait(MINUTE)
            process.send_signal(signal.SIGTERM)
            read_until(process, "told to stop")
            let.set()
            read_until(process, "nothing logs this: to the end")
            assert process.wait(MINUTE) == 0
    with world.ground.work(writes=False) as work:
        occasions = set(work.session.scalars(select(SealedFile.occasion)))
        waits = list(work.session.scalars(select(Notice).where(
            Notice.topic == "seal", Notice.settled_at.is_(None))))
    assert len(occasions) == 1
    assert [row.attempts for row in waits] == [0]
