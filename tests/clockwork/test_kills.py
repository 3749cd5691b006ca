"""Every notice arrives although workers are killed and the mail server drops connections (Z16).

Four processes deliver to a real mail server. At points that follow from a seed one of them gets
SIGKILL: now whoever is talking to the server, now any of them. A mail may arrive twice where it
was accepted and nobody lived to write that down, or where the answer was lost on the way; then it
has the same Message-ID. Nowhere else.

The suite kills few of them. `make soak` kills two hundred over 10,000 mails, on both databases.
"""

from __future__ import annotations

import email
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.engagements.actions import tell
from portal.engagements.queries import by_id, parties_of
from portal.notices.models import Notice
from tests.builders import World, add_engagement, add_practice
from tests.clockwork.hands import Hands, hands, who_holds
from tests.mailroom import answering

WORKERS = 4
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "12"))
#: Five mails for each kill are some fifteen events each of which may be the last of a worker.
MAILS = int(os.environ.get("PORTAL_TEST_MAILS", KILLS * 5))
#: So many events may pass between two kills: what there is suffices for all of them.
MOST_BETWEEN = 5 * MAILS // KILLS
SEED = 20261126
#: Five minutes of a lease pass in fifteen seconds, which is much longer than a mail takes.
SPEED = 20

#: What the server does with one connection after the other: drop it at a point, or keep it.
DROPS = (None, None, "EHLO", None, None, None, "RCPT", None, None, "DATA", None, None, None, None,
         "ANSWER", None, None)


@dataclass
class Accepted:
    """Remember that the server took a mail: when in its log, from whom, and how that ended."""

    at: int
    pid: int | None
    answer_lost: bool


@dataclass
class Hostile:
    """A mail server that drops connections, and kills who talks to it or somebody else."""

    random: Random
    left: int
    hands: Hands | None = None
    connections: int = 0
    dropped: int = 0
    events: int = 0
    next_kill: int = 10
    killed: set[int] = field(default_factory=set)
    last_act: dict[int, int] = field(default_factory=dict)
    accepted: dict[str, list[Accepted]] = field(default_factory=lambda: defaultdict(list))

    def _event(self, session: Any, *, accepted: bool = False) -> None:
        """Count a point of the conversation; at some of them somebody dies.

        Each sixth time it is the worker whose mail was taken and who would have heard so.
        """
        self.events += 1
        if session.pid is not None:
            self.last_act[session.pid] = self.events
        assert self.hands is not None
        in_window = self.left % 6 == 0
        fits = accepted and session.drop != "ANSWER" and session.pid in self.hands.alive
        if self.left and self.events >= self.next_kill and (fits or not in_window):
            self.left -= 1
            self.next_kill = self.events + self.random.randint(1, MOST_BETWEEN)
            aimed = in_window or self.random.random() < 0.5
            victim = (session.pid if aimed and session.pid in self.hands.alive
                      else self.random.choice(self.hands.alive))
            self.killed.add(victim)
            self.hands.kill(victim)
            self.hands.another()

    def _drops(self, server: Any, session: Any, point: str) -> bool:
        if session.drop != point:
            return False
        self.dropped += 1
        server.transport.abort()
        return True

    async def handle_EHLO(
        self, server: Any, session: Any, _envelope: Any, hostname: str, answers: list[str]
    ) -> list[str]:
        assert self.hands is not None
        session.host_name, session.drop = hostname, DROPS[self.connections % len(DROPS)]
        session.pid = who_holds(session.peer[1], self.hands.alive)
        self.connections += 1
        self._event(session)
        self._drops(server, session, "EHLO")
        return answers

    async def handle_MAIL(
        self, _server: Any, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self._event(session)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self._event(session)
        envelope.rcpt_tos.append(address)
        self._drops(server, session, "RCPT")
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._drops(server, session, "DATA"):
            return "451 later"
        mail_id = str(email.message_from_bytes(envelope.content)["Message-ID"])
        taken = Accepted(self.events + 1, session.pid, session.drop == "ANSWER")
        self.accepted[mail_id].append(taken)
        self._event(session, accepted=True)
        self._drops(server, session, "ANSWER")
        return "250 OK"


@contextmanager
def serving(handler: Hostile) -> Iterator[str]:
    with answering(handler) as port:
        yield f"smtp://127.0.0.1:{port}"


@pytest.fixture
def waiting(world: World) -> World:
    """Give a world in whose outbox many mails wait."""
    add_practice(world)
    add_engagement(world)
    with world.ground.work(writes=True) as work:
        engagement = by_id(work, world.ids["engagement"])
        [ben] = [party for party in parties_of(work, [engagement.id])[engagement.id]
                 if party.role == "COACHEE"]
        for number in range(MAILS):
            tell(work, engagement, ben, "return", dedupe=f"mail:{number}",
                 link=f"http://127.0.0.1:8000/i/{number}", until="1 May 2027")
    return world


def unsettled(world: World) -> int:
    with world.ground.work(writes=False) as work:
        return work.session.scalar(
            select(func.count()).select_from(Notice).where(Notice.settled_at.is_(None))) or 0


def unexplained(server: Hostile) -> list[tuple[str, Accepted]]:
    """Return each time that a mail came once more although neither the answer was lost nor the
    worker killed before it did anything else."""
    return [(mail, one) for mail, all_of_it in server.accepted.items() for one in all_of_it[:-1]
            if not one.answer_lost and not (
                one.pid in server.killed and server.last_act[one.pid or 0] == one.at)]


def again(server: Hostile) -> list[Accepted]:
    return [one for all_of_it in server.accepted.values() for one in all_of_it[:-1]]


def after_a_kill(server: Hostile) -> int:
    return sum(not one.answer_lost for one in again(server))


def counts(server: Hostile) -> str:
    killed = after_a_kill(server)
    return (f"{len(server.killed)} kills of {WORKERS} workers, {server.dropped} of "
            f"{server.connections} connections dropped: {len(server.accepted)} of {MAILS} mails "
            f"arrived, {len(again(server))} more came with the same Message-ID "
            f"({len(again(server)) - killed} after a lost answer, {killed} after a kill between "
            "accepted and settled)")


def test_z16_loses_no_mail_while_workers_are_killed(
    waiting: World, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Hostile(Random(SEED), KILLS)
    waiting.ground.engine.dispose()
    with serving(server) as url, hands(
            replace(waiting.ground.settings, smtp_url=url), waiting.clock.now(), SPEED) as workers:
        server.hands = workers
        for _number in range(WORKERS):
            workers.another()
        end = time.monotonic() + 60 + KILLS * 6 + MAILS
        while unsettled(waiting) and time.monotonic() < end:
            time.sleep(0.5)
    with capsys.disabled():
        sys.stdout.write(f"\n{waiting.ground.engine.dialect.name}: {counts(server)}\n")
    with waiting.ground.work(writes=False) as work:
        rows = work.session.execute(select(Notice.id, Notice.settled_as)).all()
    assert {row.settled_as for row in rows} == {"done"}
    assert set(server.accepted) == {f"<{row.id}@127.0.0.1>" for row in rows}
    assert len(server.accepted) == MAILS
    assert server.left == 0
    assert unexplained(server) == []
    assert after_a_kill(server) > 0, "nobody was killed in the one window"
