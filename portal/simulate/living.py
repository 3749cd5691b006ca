"""Living through simulated time: stories woven into days, the clockwork beside them."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal import schema
from portal.demo import cast
from portal.demo.home import surroundings
from portal.demo.sink import MAIL, free_port, start_sink
from portal.desk.actions import keep_board
from portal.ground import config, keyfile
from portal.ground.clock import StandingClock
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.simulate.people import Simulated
from portal.simulate.policy import COACHEE, FIRST_DAY
from portal.simulate.report import Report, report_of
from portal.vouching.policy import How
from portal.web.words import speak
from portal.wording.policy import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from portal.demo.home import Bar
    from portal.demo.telling import Passed
    from portal.ground.work import Ground
    from portal.simulate.policy import Life

ZONE = ZoneInfo(cast.ZONE)
#: What the clockwork of every morning does.
JOBS = ("reviews", "reminders", "deadlines", "voice", "mail")
#: So often (days) the coach asks whether something may be told.
ASKS_EVERY = 28

Moment = tuple[date, str]
Act = Callable[[], object]


@dataclass
class Log:
    """Hold what cannot be read from the records of the end: what each life did when."""

    kept: int = 0
    taken: dict[int, tuple[str, int]] = field(default_factory=dict)


def story(on: Simulated, life: Life, log: Log, end: date) -> Iterator[Moment]:
    """Yield the moments of one engagement, from the first text to the last day."""
    key = str(life.number)
    yield life.day(0), "09:00"
    on.contracts(key, life)
    yield life.day(1), "18:30"
    on.comes_and_signs(key, line=life.line)
    # At once: the digits stand on the screen for ten minutes, and there are others this evening.
    on.hears(key, COACHEE, How.VIDEO)
    for role in life.thirds:
        if role in life.signs:
            yield life.day(2), "10:00"
            on.comes_and_signs(key, role)
            if role == "SPONSOR":
                on.hears(key, role, How.PHONE)
    for day, act in sorted(_acts(on, life, log, end), key=lambda one: one[0]):
        if day < end:
            yield day, "12:00"
            act()


def _acts(on: Simulated, life: Life, log: Log, end: date) -> Iterator[tuple[date, Act]]:
    key = str(life.number)

    def looks(role: str, texts: frozenset[str]) -> Act:
        def act() -> None:
            log.kept += on.looks_again(key, life, role, texts)
        return act

    def takes_back() -> None:
        found = on.takes_a_line_back(key, life)
        if found is not None:
            log.taken[life.number] = found

    gone = {role: life.day(after) for role, after in life.leaves.items()}
    for day, role, texts in life.sittings():
        if day < gone.get(role, end):
            yield day, looks(role, texts)
    for role, day in gone.items():
        yield day, partial(on.leaves, key, life, role)
    if life.takes_back is not None:
        yield life.day(life.takes_back), takes_back
    for role in life.thirds:
        for after in range(ASKS_EVERY, 400, ASKS_EVERY):
            yield life.day(after), partial(on.shares, key, role)


def mornings(on: Simulated, end: date) -> Iterator[Moment]:
    """Yield every morning, at which the clockwork runs."""
    day = FIRST_DAY
    while day < end:
        yield day, "08:30"
        on.runs(*JOBS)
        day += timedelta(days=1)


def lived(folder: Path, lives: Sequence[Life], months: int, bar: Bar) -> Report:
    """Let all lives happen in a folder until their time is over, and return what became of
    them."""
    keyfile.write_keys(folder, keyfile.new_keys())
    port, end = free_port(), add_months(FIRST_DAY, months)
    settings = config.load(surroundings(folder, 8000, port))
    clock = StandingClock(_at((FIRST_DAY, "07:00")))
    ground = make_ground(settings, clock, keep_notes, keep_board)
    sink = start_sink(folder / MAIL, port)
    try:
        schema.upgrade(ground.engine)
        with bar((end - FIRST_DAY).days, "Days of the practice") as passed:
            on, log = Simulated(ground, clock), Log()
            _weave(ground, on, lives, log, end, passed)
        return report_of(on, lives, log.taken)
    finally:
        sink.stop()
        ground.engine.dispose()


def _weave(
    ground: Ground, on: Simulated, lives: Sequence[Life], log: Log, end: date, passed: Passed
) -> None:
    speak("en", cast.ZONE)
    on.founds()
    row: list[tuple[datetime, int, Iterator[Moment]]] = []
    stories = [mornings(on, end), *(story(on, life, log, end) for life in lives)]
    for number, told in enumerate(stories):
        _queue(row, number, told)
    while row:
        at, number, told = heapq.heappop(row)
        passed((at - ground.clock.now()).days)
        on.until(at)
        _queue(row, number, told)
    on.until(_at((end, "12:00")))
    on.runs(*JOBS)


def _queue(
    row: list[tuple[datetime, int, Iterator[Moment]]], number: int, told: Iterator[Moment]
) -> None:
    if (moment := next(told, None)) is not None:
        heapq.heappush(row, (_at(moment), number, told))


def _at(moment: Moment) -> datetime:
    day, clock = moment
    return datetime.combine(day, time.fromisoformat(clock), ZONE)
