"""Several people at once, statement by statement, in an order that follows from a seed.

Each of them is a thread that stops before every statement of a transaction, and goes on when it is
told to. On PostgreSQL one that waits for a lock of another is left waiting until it has it; on
SQLite nobody is let into a writing transaction while another is in one. So a seed is one
interleaving, and the same seed is the same one again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Longer than a statement takes, so that whoever has not come by then may wait for a lock.
_QUICK = 0.004
_PATIENCE = 60


@dataclass
class Actor:
    """Somebody who does one thing, and what came of it."""

    name: str
    act: Callable[[], Any]
    result: Any = None
    at: str = "begin"
    """begin, paused, running, done"""
    go: bool = False
    statement: str = ""
    backend: int | None = None
    ended: bool = False
    """Whether its transaction was told to end since the last stop."""


@dataclass
class Schedule:
    """Run actors in the one order that a seed gives."""

    engine: Engine
    seed: int
    actors: Sequence[Actor]
    trace: list[str] = field(default_factory=list)
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _threads: dict[int, Actor] = field(default_factory=dict)
    _writer: Actor | None = None

    def run(self) -> dict[str, Any]:
        """Run everybody to the end; returns what came of each, by name."""
        hooks = (("before_cursor_execute", self._at_statement), ("commit", self._at_end),
                 ("rollback", self._at_end))
        for name, hook in hooks:
            event.listen(self.engine, name, hook)
        threads = [threading.Thread(target=self._live, args=(one,), daemon=True)
                   for one in self.actors]
        try:
            for thread in threads:
                thread.start()
            self._step_all(Random(self.seed))
            for thread in threads:
                thread.join(_PATIENCE)
        finally:
            for name, hook in hooks:
                event.remove(self.engine, name, hook)
        return {one.name: one.result for one in self.actors}

    def _live(self, actor: Actor) -> None:
        self._threads[threading.get_ident()] = actor
        self._stop(actor, "begins")
        try:
            actor.result = actor.act()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what came of it
            actor.result = error
        with self._turn:
            actor.at = "done"
            self._turn.notify_all()

    def _stop(self, actor: Actor, statement: str) -> None:
        with self._turn:
            actor.statement, actor.at = statement, "paused"
            self._turn.notify_all()
            while not actor.go:
                self._turn.wait()
            actor.go, actor.at = False, "running"

    def _at_statement(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        actor = self._threads.get(threading.get_ident())
        if actor is None or statement.startswith("PRAGMA"):
            return
        if self.engine.dialect.name == "postgresql":
            actor.backend = connection.connection.driver_connection.info.backend_pid
        self._stop(actor, statement)

    def _at_end(self, _connection: Any) -> None:
        actor = self._threads.get(threading.get_ident())
        if actor is not None:
            actor.ended = True

    def _step_all(self, random: Random) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            self._settle(end)
            with self._turn:
                ready = [one for one in self.actors if one.at == "paused" and self._may(one)]
                if not ready:
                    if all(one.at == "done" for one in self.actors):
                        return
                    assert time.monotonic() < end, f"nobody goes on: {self.told()}"
                    self._turn.wait(_QUICK)
                    continue
                chosen = random.choice(ready)
                self.trace.append(f"{chosen.name}: {' '.join(chosen.statement.split())[:72]}")
                if chosen.statement == "BEGIN IMMEDIATE":
                    self._writer = chosen
                chosen.at, chosen.go = "running", True
                self._turn.notify_all()

    def _may(self, actor: Actor) -> bool:
        return actor.statement != "BEGIN IMMEDIATE" or self._writer is None

    def _settle(self, end: float) -> None:
        """Wait until everybody has stopped, is done, or waits for somebody else's lock."""
        while True:
            with self._turn:
                running = [one for one in self.actors if one.at in ("running", "begin")]
                if not running:
                    break
                self._turn.wait(_QUICK)
                running = [one for one in self.actors if one.at in ("running", "begin")]
            if not running or (all(one.at == "running" for one in running)
                               and self._all_wait(running)):
                break
            assert time.monotonic() < end, f"somebody never stops: {self.told()}"
        for one in self.actors:
            if one.ended and one.at in ("paused", "done"):
                one.ended = False
                if self._writer is one:
                    self._writer = None

    def _all_wait(self, running: Sequence[Actor]) -> bool:
        if self.engine.dialect.name != "postgresql":
            return False
        pids = [one.backend for one in running if one.backend is not None]
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            # Not by what they say they wait for: whoever was just given a lock still says so.
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE pid = ANY(%s) "
                           "AND NOT granted", (pids,))
            found = cursor.fetchone()
            return found is not None and found[0] == len(running)
        finally:
            raw.rollback()
            raw.close()

    def told(self) -> str:
        """Return the order in which everybody went, to be read."""
        return f"seed {self.seed}\n" + "\n".join(self.trace[-400:])
