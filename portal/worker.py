"""The clockwork: what ticks, and how it ends.

APScheduler is the ticker, the database is the queue. Any number of clockworks may run, and a
missed tick loses nothing.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

from portal.clockwork.actions import beat, end_run, take_run
from portal.ground.clock import SystemClock
from portal.jobs import APART, JOBS

if TYPE_CHECKING:
    from types import FrameType

    from apscheduler.schedulers.background import BackgroundScheduler

    from portal.ground.work import Ground
    from portal.jobs import Job

log = logging.getLogger("portal.worker")

#: So often (seconds) a clockwork looks whether a job with a rhythm of its own is due.
_LOOK = 60


class EndedBadly(Exception):
    """Say that the process of a job ended with something else than 0."""


class Clockwork:
    """Tick in the background, in UTC, until it is stopped.

    Late ticks run once, however many were missed; a job never overlaps itself in one process.
    """

    def __init__(self, ground: Ground, *, seal_in_child: bool = True) -> None:
        """Take the ground floor; nothing runs yet."""
        self._ground, self._apart = ground, seal_in_child
        self._children: set[subprocess.Popen[bytes]] = set()
        self._scheduler = _scheduler()

    def start(self) -> Clockwork:
        """Begin to tick, and return this clockwork."""
        # The machine's own time: a clock that was handed in says what is due, not when to look.
        first, tick = SystemClock().now(), self._ground.settings.tick_seconds
        how = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None,
               "next_run_time": first}
        self._scheduler.add_job(_try, "interval", ("tick", lambda: beat(self._ground)),
                                seconds=_LOOK, **how)
        for job in JOBS.values():
            seconds = tick if job.every is None else min(job.every, _LOOK)
            self._scheduler.add_job(
                self._tick, "interval", (job,), id=job.name, seconds=seconds,
                jitter=None if job.every is None else 5, **how)
        self._scheduler.start()
        log.info("the clockwork runs")
        return self

    def stop(self, patience: float) -> bool:
        """Finish the items in hand and take no new ones; tells whether that was done within
        `patience` (seconds). What was not is taken over by another clockwork, when its claim has
        run out."""
        self._ground.stopping = True
        for child in tuple(self._children):
            child.terminate()
        log.info("told to stop: what is in hand is finished, nothing new is begun")
        ending = Thread(target=self._scheduler.shutdown, daemon=True)
        ending.start()
        ending.join(patience)
        return not ending.is_alive()

    def end(self) -> None:
        """Stop within the patience that the settings name, and leave the process if something
        would not end: a thread that hangs must not keep it alive."""
        patience = self._ground.settings.stop_seconds
        if not self.stop(patience):
            log.error("not finished within %s seconds, and left to others", patience)
            logging.shutdown()
            os._exit(0)

    def _tick(self, job: Job) -> None:
        if self._ground.stopping:
            return
        if self._apart and job.name in APART:
            job = replace(job, run=lambda ground: self._in_child(ground, job.name))
        if job.every is not None:
            _try(job.name, lambda: _in_turn(self._ground, job, timedelta(seconds=job.every or 0)))
        else:
            _try(job.name, lambda: job.run(self._ground))

    def _in_child(self, ground: Ground, name: str) -> int:
        """Do a job in a process of its own: the PDF libraries take 110 MB that none here need
        hold. Raises `EndedBadly` where that process failed."""
        if not APART[name](ground):
            return 0
        with subprocess.Popen(  # noqa: S603 - the name is one of a few that stand in a table
                [sys.executable, "-m", "portal", "run-job", name],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
            self._children.add(child)
            if ground.stopping:
                child.terminate()
            child.wait()
        self._children.discard(child)
        if child.returncode:
            log.error("the process of the job %s ended with %s", name, child.returncode)
            raise EndedBadly(name)
        return 1


def _scheduler() -> BackgroundScheduler:
    from apscheduler.schedulers.background import BackgroundScheduler

    # A job that still runs at its next tick is left out, which is meant and not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return BackgroundScheduler(timezone="UTC")


def _in_turn(ground: Ground, job: Job, every: timedelta) -> None:
    """Run a job if it is due and no other clockwork has taken its run."""
    run = take_run(ground, job.name, every)
    if run is None:
        return
    try:
        job.run(ground)
    except Exception as trouble:
        end_run(ground, run, type(trouble).__name__)
        raise
    end_run(ground, run)


def _try(name: str, act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as trouble:  # noqa: BLE001 - a ticker outlives whatever one job meets
        log.error("job %s failed: %s", name, type(trouble).__name__)


def start(ground: Ground, *, seal_in_child: bool = True) -> Clockwork:
    """Start the clockwork in the background and return it."""
    return Clockwork(ground, seal_in_child=seal_in_child).start()


def log_to(level: str) -> None:
    """Let what is logged go to standard error, from a level on."""
    logging.basicConfig(level=level.upper(),
                        format="%(asctime)s %(levelname)s %(name)s %(message)s")


#: What tells a process to stop.
_STOP = {signal.SIGINT, signal.SIGTERM}


def run(ground: Ground, ready: Callable[[], object]) -> None:
    """Run the clockwork until the process is told to stop, then finish what is in hand."""
    log_to(ground.settings.log_level)
    # Blocked before any thread begins, so that a signal waits here and interrupts nothing.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    clockwork = start(ground)
    ready()
    signal.sigwait(_STOP)
    clockwork.end()


@contextmanager
def finishing(ground: Ground) -> Iterator[None]:
    """Let a job that was started by hand finish the item in hand when the process is told to
    stop, and take no new one."""
    def stop(_signal: int, _frame: object) -> None:
        ground.stopping = True

    before = {one: signal.signal(one, stop) for one in _STOP}
    # A clockwork that starts a sealing process has them blocked, and hands that down.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def beside(ground: Ground) -> dict[str, Any]:
    """Return the hooks of gunicorn that run the clockwork in its server process.

    It takes no new item from the moment in which the process is told to stop, and what is in hand
    is finished after the last request.
    """
    running: list[Clockwork] = []

    def begin(_worker: object) -> None:
        # After the fork: threads do not survive one.
        running.append(start(ground))
        for one in (*_STOP, signal.SIGQUIT):
            _also(one, ground)

    def end(_server: object, _worker: object) -> None:
        for clockwork in running:
            clockwork.end()

    return {"post_worker_init": begin, "worker_exit": end}


def _also(one: signal.Signals, ground: Ground) -> None:
    """Let a signal say first that the process stops, then do what it did before."""
    before = signal.getsignal(one)

    def stop(number: int, frame: FrameType | None) -> None:
        ground.stopping = True
        if callable(before):
            before(number, frame)

    signal.signal(one, stop)
