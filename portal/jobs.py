"""The table of jobs: what happens without anybody asking, and how often.

A job that looks at everything runs once in its rhythm, whoever ticks; one that empties a queue
claims row by row. What may be shared never depends on a job having run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.backup.jobs import back_up
from portal.clockwork.actions import beat, take_up_again
from portal.clockwork.queries import failing
from portal.desk.actions import write_board
from portal.desk.queries.calendars import along
from portal.evidence.jobs import renew_lists, renew_papers, seal_due
from portal.evidence.queries.renewals import has_renewals
from portal.factors.jobs import forget_asked, forget_resets
from portal.handing.jobs import say_not_handed_over
from portal.ledger.jobs import forget_old_access
from portal.notices.actions import has_due, reopen
from portal.notices.jobs import deliver
from portal.people.jobs import forget_address_changes, forget_late, forget_sign_ins
from portal.reaching.actions import told
from portal.reaching.jobs import answer_doors, ask_for_pairing, remind_on_time, say_not_concluded
from portal.reviews.actions import renew
from portal.reviews.jobs import fill_timers, review_due
from portal.throttles.jobs import forget_old_tries
from portal.witness.jobs import take_checkpoints

if TYPE_CHECKING:
    from portal.ground.work import Ground


@dataclass(frozen=True, slots=True)
class Job:
    """Name a job, how often it runs (seconds; None is every tick), what it does, and what the
    number is that it returns."""

    name: str
    every: int | None
    run: Callable[[Ground], int]
    counts: str = "done"


def _deliver(ground: Ground) -> int:
    return deliver(ground, told, along, renew)


#: What lets traces go once they are old enough.
FORGETTING = (forget_old_access, forget_asked, forget_late, forget_sign_ins,
              forget_address_changes, forget_resets)


def _forget(ground: Ground) -> int:
    return sum(forget(ground) for forget in FORGETTING)


def _timers(ground: Ground) -> int:
    return fill_timers(ground, write_board)


JOBS = {job.name: job for job in (
    Job("mail", None, _deliver, "mails tried"),
    Job("door", None, answer_doors, "requests answered"),
    Job("seal", None, seal_due, "papers tried"),
    Job("reviews", None, review_due, "engagements attended"),
    Job("timers", 86_400, _timers, "timers set"),
    Job("renewals", 86_400, renew_papers, "papers tried"),
    Job("lists", 86_400, renew_lists, "lists made"),
    Job("deadlines", 3600, say_not_concluded, "engagements looked at"),
    Job("reminders", 3600, remind_on_time, "engagements reminded"),
    Job("voice", 3600, ask_for_pairing, "engagements asked"),
    Job("hand-overs", 3600, say_not_handed_over, "hand-overs looked at"),
    Job("forget", 86_400, _forget, "lines deleted"),
    Job("tries", 3600, forget_old_tries, "subjects forgotten"),
    Job("checkpoints", 86_400, take_checkpoints, "checkpoints taken"),
    Job("backups", 86_400, back_up, "backups written"),
)}


def _has_renewals(ground: Ground) -> bool:
    with ground.work(writes=False) as work:
        return has_renewals(work)


#: Jobs that load the PDF libraries or compute for long, and what tells whether there is anything
#: for them to do.
APART: dict[str, Callable[[Ground], bool]] = {
    "seal": lambda ground: has_due(ground, "seal"), "renewals": _has_renewals,
    "backups": lambda ground: bool(ground.settings.backup_dir)}


def run_job(ground: Ground, name: str) -> int:
    """Run one job by hand and return how much it did; raises `KeyError` for an unknown name."""
    return JOBS[name].run(ground)


def by_hand(ground: Ground, name: str, *, again: bool) -> Iterator[str]:
    """Run one job, after a look at what was set aside if `again`, and yield what it did."""
    if again:
        with ground.work(writes=True) as work:
            items = take_up_again(work, name)
            reopen(work, items)
        yield f"{name}: {len(items)} taken up again"
    yield f"{name}: {run_job(ground, name)} {JOBS[name].counts}"
    beat(ground)
    with ground.work(writes=False) as work:
        for item in failing(work, name):
            yield (f"{name}: {item.item_id} failed {item.tries} times with {item.trouble}" + (
                f" and is set aside. Once that is mended: portal run-job {name} --again"
                if item.set_aside_at else f"; tried again from {item.due_at:%Y-%m-%d %H:%M} UTC"))
