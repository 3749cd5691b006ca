"""The clockwork: what happens without anybody asking.

APScheduler is the ticker, the database is the queue. Each job claims due rows and acts, so
two clockworks at once are harmless and a missed tick loses nothing. What may be shared never
depends on a job having run.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.evidence.jobs import renew_lists, seal_due
from portal.evidence.queries import enclosed
from portal.handing.jobs import say_not_handed_over
from portal.ledger.jobs import forget_old_access
from portal.notices.actions import has_due
from portal.notices.jobs import deliver
from portal.reaching.actions import told
from portal.reaching.jobs import answer_doors, ask_for_pairing, say_not_concluded
from portal.witness.jobs import take_checkpoints

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from portal.ground.work import Ground

log = logging.getLogger("portal.worker")


@dataclass(frozen=True, slots=True)
class Job:
    """Name a job, how often it runs (seconds; None is every tick), and what it does."""

    name: str
    every: int | None
    run: Callable[[Ground], int]


def _deliver(ground: Ground) -> int:
    return deliver(ground, told, enclosed)


def _seal(ground: Ground) -> int:
    return seal_due(ground)


def _seal_in_child(ground: Ground) -> int:
    """Seal in a process of its own: the PDF libraries take 110 MB that the server need not hold."""
    if not has_due(ground, "seal"):
        return 0
    done = subprocess.run(
        [sys.executable, "-m", "portal", "run-job", "seal"], check=False, capture_output=True)
    if done.returncode:
        log.error("the sealing process ended with %s", done.returncode)
    return 1


JOBS = {job.name: job for job in (
    Job("mail", None, _deliver),
    Job("door", None, answer_doors),
    Job("seal", None, _seal),
    Job("lists", 86_400, renew_lists),
    Job("deadlines", 3600, say_not_concluded),
    Job("voice", 3600, ask_for_pairing),
    Job("hand-overs", 3600, say_not_handed_over),
    Job("forget", 86_400, forget_old_access),
    Job("checkpoints", 86_400, take_checkpoints),
)}


def run_job(ground: Ground, name: str) -> int:
    """Run one job by hand and return how much it did; raises `KeyError` for an unknown name."""
    return JOBS[name].run(ground)


def _tick(ground: Ground, job: Job) -> None:
    try:
        job.run(ground)
    except Exception as trouble:  # noqa: BLE001 - a ticker outlives whatever one job meets
        log.error("job %s failed: %s", job.name, type(trouble).__name__)


def start(ground: Ground, *, seal_in_child: bool = True) -> BackgroundScheduler:
    """Start the clockwork in the background, in UTC, and return it.

    Late ticks run once, however many were missed; a job never overlaps itself.
    """
    from apscheduler.schedulers.background import BackgroundScheduler

    # A job that still runs at its next tick is left out, which is meant and not worth a line.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in JOBS.values():
        chosen = Job("seal", None, _seal_in_child) if job.name == "seal" and seal_in_child else job
        scheduler.add_job(
            _tick, "interval", (ground, chosen), id=job.name,
            seconds=job.every or ground.settings.tick_seconds,
            max_instances=1, coalesce=True, misfire_grace_time=None,
            next_run_time=ground.clock.now())
    scheduler.start()
    return scheduler
