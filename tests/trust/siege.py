"""A portal under load that is killed again and again, and what is found in it afterwards."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from portal.ground.clock import SystemClock
from tests.browser.house import _free_port
from tests.clockwork.hands import QuickClock
from tests.mailroom import Mailroom, answering
from tests.trust.mortal import EVENTS, Cradle, lives
from tests.trust.toll import never_came, stuck, wrongs
from tests.trust.visitors import HOST, House, Over, Table

if TYPE_CHECKING:
    from portal.ground.settings import Settings
    from portal.ground.work import Ground
    from tests.builders import World
    from tests.trust.town import Town

#: Half a minute passes in a second and a half, and the five minutes of a claim in fifteen.
SPEED = 20
#: So many tables are sat at in the same moment.
AT_ONCE = 4
#: So long (seconds) an act that is waited for may take.
LONGEST = 1.0
#: So long (seconds) a server may take to answer again, and people to finish once nobody is killed.
PATIENCE = 90.0
#: How a round ends, and how often so: the server dies at an event within an act, or at any time; a
#: clockwork dies at any time, or while it hands over a mail; half of the server dies.
ENDS = {"event": 10, "power": 5, "clockwork": 3, "mail": 1, "half": 1}


@dataclass
class Postbox(Mailroom):
    """A mail server that can let somebody die who hands over a mail, and then takes none."""

    strike: Callable[[], object] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a mail, or see to it that nobody lives to hear that it was not taken."""
        if self.strike is None:
            return await super().handle_DATA(server, session, envelope)
        self.strike()
        self.strike = None
        return "451 later"


@contextmanager
def a_postbox() -> Iterator[tuple[Postbox, str]]:
    """Run a mail server for as long as the block lasts; gives it and its address."""
    box = Postbox()
    with answering(box) as port:
        yield box, f"smtp://{HOST}:{port}"


@dataclass
class Story:
    """Hold what happened in a siege."""

    rounds: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    answers: int = 0
    mails: int = 0
    found: list[str] = field(default_factory=list)

    def find(self, wrong: Iterable[str]) -> None:
        """Keep what must not be, each once."""
        self.found = list(dict.fromkeys([*self.found, *wrong]))

    def take(self, house: House) -> None:
        """Add up what people remember of a house."""
        self.answers += house.answers
        self.mails += len(house.mailroom.mails)
        for act in house.acts:
            if act.outcome == "acknowledged":
                self.acknowledged[act.kind] = self.acknowledged.get(act.kind, 0) + 1
            self.unanswered += act.outcome == "sent"

    def told(self) -> str:
        """Return it in words."""
        kills = ", ".join(f"{count} {how}" for how, count in sorted(self.kills.items()))
        acts = ", ".join(f"{count} {kind}" for kind, count in sorted(self.acknowledged.items()))
        return (f"{sum(self.kills.values())} kills ({kills}) in {self.rounds} rounds: "
                f"{self.answers} answers, acknowledged {acts}; {self.unanswered} acts without an "
                f"answer; {self.mails} mails; found {len(self.found)}")


@dataclass
class Siege:
    """Run a server and some clockworks for many people, and kill one of them each round."""

    world: World
    town: Town
    cradle: Cradle
    house: House
    postbox: Postbox
    settings: Settings
    random: Random
    story: Story
    wound: str = ""
    hands: int = 1
    ends: dict[str, int] = field(default_factory=lambda: ENDS)
    pace: int = 0
    server: int = 0
    clockworks: list[int] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)
    is_last: bool = False

    @property
    def ground(self) -> Ground:
        """Return the ground floor by which the test looks into the database."""
        return self.world.ground

    def rise(self, event: str = "", count: int = 0) -> None:
        """Begin what does not live, wait until the server answers, and let people in."""
        if not self.server:
            self.server = self.cradle.serve(self.settings, self.house.clock, wound=self.wound,
                                            event=event, count=count, after=self.pace)
            wait_for_server(self.server, self.settings.port)
        while len(self.clockworks) < self.hands:
            self.clockworks.append(self.cradle.work(
                self.settings, self.house.clock, wound=self.wound))
        self.house.open()

    def fall(self) -> None:
        """Kill the server, and wait until everybody has heard of it."""
        self.cradle.kill(self.server)
        self.server = 0
        self.house.close()

    def round(self, *, examined: bool) -> None:
        """Let one thing die, at an instant that follows from the seed; then look, if asked to."""
        how = self.random.choices(list(self.ends), list(self.ends.values()))[0]
        event = self.random.choice(EVENTS)
        count = self.random.randint(1, 90 if event == "statement" else 4)
        if how == "event" and self.server:
            self.fall()
        self.rise(event if how == "event" else "", count)
        self._let_live(how, self.random.uniform(0.05, 0.5))
        self.story.rounds += 1
        self.story.kills[how] = self.story.kills.get(how, 0) + 1
        if how == "clockwork":
            self._kill_clockworks(1)
        elif how == "mail":
            self._kill_at_a_mail()
        elif how == "half":
            self._kill_half()
        else:
            self.fall()
        if examined and not self.server:
            self.look()

    def _let_live(self, how: str, seconds: float) -> None:
        """Let them act until as much was confirmed as the pace wants, and then for some time."""
        wanted = self.confirmed + self.pace
        self._wait(self.pace * LONGEST, lambda: self.confirmed >= wanted)
        self._wait(5.0 if how == "event" else seconds, lambda: False)

    def _wait(self, most: float, enough: Callable[[], bool]) -> None:
        end = time.monotonic() + most
        while time.monotonic() < end and lives(self.server) and not self.idle and not enough():
            time.sleep(0.005)

    def _kill_clockworks(self, most: int) -> None:
        for pid in self.clockworks[:most]:
            self.cradle.kill(pid)
        del self.clockworks[:most]

    def _kill_at_a_mail(self) -> None:
        """Let all clockworks die while one of them hands over a mail, if any is to be sent soon."""
        self.postbox.strike = lambda: self._kill_clockworks(len(self.clockworks))
        end = time.monotonic() + 10
        while self.postbox.strike is not None and time.monotonic() < end:
            time.sleep(0.01)
        self.postbox.strike = None

    def _kill_half(self) -> None:
        """Kill the process of gunicorn that answers; the one that waits for it makes another."""
        children = Path(f"/proc/{self.server}/task/{self.server}/children").read_text().split()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)

    @property
    def confirmed(self) -> int:
        """Return how many acts were acknowledged so far."""
        return sum(act.outcome == "acknowledged" for act in self.house.acts)

    @property
    def idle(self) -> bool:
        """Tell whether everybody has done all that they wanted."""
        return all(table.is_done or (self.is_last and not table.begun) for table in self.tables)

    def look(self) -> None:
        """Examine the whole database; nobody is let in meanwhile."""
        self._wait_for_silence()
        self.story.find(wrongs(self.ground, self.house.acts, self.town.used))
        self.story.find(self.house.broken)

    def _wait_for_silence(self) -> None:
        """Wait until PostgreSQL has noticed that those who asked it are dead."""
        if self.ground.engine.dialect.name == "sqlite":
            return
        end = time.monotonic() + PATIENCE
        with self.ground.engine.connect() as connection:
            while time.monotonic() < end:
                if not connection.execute(text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                        "AND state <> 'idle' AND pid <> pg_backend_pid() "
                        "AND application_name = ''")).scalar_one():
                    return
                connection.rollback()
                time.sleep(0.01)
        raise AssertionError("somebody still writes")

    def finish(self, *, all_of_them: bool = False, patience: float = PATIENCE) -> None:
        """Kill nobody any more: all go on to the end of what they had begun, and nothing waits.
        Nobody begins anything, unless `all_of_them` are to play.

        Claims of the dead run out by moving the clock, not by waiting.
        """
        self.is_last = not all_of_them
        self._kill_clockworks(len(self.clockworks))
        if self.server:
            self.fall()
        self.hands = max(self.hands, 1)
        self.house.clock = later(self.house.clock, timedelta(hours=2))
        self.rise()
        end = time.monotonic() + patience
        while time.monotonic() < end and not (self.idle and not stuck(self.ground)):
            time.sleep(0.05)
        self.story.find(f"somebody could not go on: {table.plan[len(table.done)]}"
                        for table in self.tables if table.begun and not table.is_done)
        if waiting := stuck(self.ground):
            self.story.find([f"{waiting} notices wait for ever"])
        self.fall()
        self.look()
        arrived = {mail["Message-ID"] for mail in self.house.mailroom.mails}
        self.story.find(f"never came: {one}" for one in never_came(self.ground, arrived, HOST))
        self.story.find(f"{type(one).__name__}: {one}" for one in self.failed)


def wait_for_server(pid: int, port: int) -> None:
    """Wait until a server that was begun takes connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        assert lives(pid), "the server does not come up again"
        time.sleep(0.01)
    raise AssertionError("the server does not come up again")


def later(clock: QuickClock, by: timedelta) -> QuickClock:
    """Return a clock that is so much further than another."""
    return QuickClock(clock.now() + by, SystemClock().now(), SPEED)


@contextmanager
def siege(
    world: World, town: Town, cradle: Cradle, story: Story, seed: int, *, tabs: int = 2,
    **more: Any,
) -> Iterator[Siege]:
    """Let people come to a portal on a world's database; those who are still at a table when the
    block ends go home. `more` are its `wound`, `hands`, `ends`, and its `pace`: so many acts are
    confirmed in each round before anything dies."""
    world.ground.engine.dispose()
    with a_postbox() as (postbox, smtp):
        port = _free_port()
        clock = QuickClock(world.clock.now() + timedelta(hours=2), SystemClock().now(), SPEED)
        house = House([port], clock, postbox)
        settings = replace(world.ground.settings, smtp_url=smtp, port=port, tick_seconds=1,
                           mail_from_hour=0, mail_until_hour=0, log_level="error")
        world.ground.clock = house
        made = Siege(world, town, cradle, house, postbox, settings, Random(seed), story, **more)
        made.tables = town.people(house, tabs)
        threads = _seat(made)
        try:
            yield made
        finally:
            house.end()
            for thread in threads:
                thread.join(PATIENCE)
            for pid in tuple(cradle.alive):
                cradle.kill(pid)
            story.take(house)


def _seat(made: Siege) -> list[threading.Thread]:
    """Let people sit down, a few tables at a time, each in a thread of its own."""
    waiting, lock = list(made.tables), threading.Lock()

    def play() -> None:
        while True:
            with lock:
                if not waiting or made.is_last or made.house.is_over:
                    return
                table = waiting.pop(0)
                table.begun = True
            try:
                table.play()
            except Over:
                return
            except BaseException as trouble:  # noqa: BLE001 - the test tells of it
                made.failed.append(trouble)

    threads = [threading.Thread(target=play, daemon=True) for _number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    return threads
