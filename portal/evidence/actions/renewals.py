"""Keeping renewed papers, and the queue of those whose proof is to be renewed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.engagements.actions import hold, note
from portal.evidence.models import Renewal, RenewedFile, SealedFile
from portal.evidence.policy.renewals import first_renewal, next_renewal
from portal.evidence.queries.renewals import newest_renewed
from portal.ground import chance

if TYPE_CHECKING:
    from portal.ground.work import Work

#: How long a claim holds before another process may take the paper over.
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Renewed:
    """Hold a paper that was renewed outside any transaction, for the `number`th time."""

    number: int
    pdf: bytes
    level: str
    holds_until: datetime


def plan_renewal(work: Work, paper_id: str, holds_until: datetime | None) -> None:
    """Put a paper into the queue; None for one that was erased and has nothing to renew."""
    paper = work.session.get_one(SealedFile, paper_id)
    if work.session.get(Renewal, paper_id) is None:
        work.session.add(Renewal(
            paper_id=paper_id, practice_id=paper.practice_id, holds_until=holds_until,
            due_at=first_renewal(holds_until) if holds_until else None,
            trouble=None if holds_until else "erased"))


def claim_renewal(work: Work, paper_id: str) -> bool:
    """Take a paper that is due, for five minutes; tells whether it was there to be taken."""
    row = work.session.get_one(Renewal, paper_id)
    work.lock(row)
    if row.due_at is None or row.due_at > work.now or (
            row.claimed_until is not None and row.claimed_until > work.now):
        return False
    row.claimed_until = work.now + _LEASE
    row.attempts += 1
    return True


def keep_renewed(work: Work, paper_id: str, made: Renewed) -> None:
    """Store a renewed paper beside the paper, write its hash into the record, and say when it is
    due again. Nobody is told: nothing in the paper is new. Twice is once."""
    paper = work.session.get_one(SealedFile, paper_id)
    engagement = hold(work, paper.engagement_id)
    newest = newest_renewed(work, paper_id)
    if newest is None or newest.number < made.number:
        row = RenewedFile(
            id=chance.new_id(), practice_id=paper.practice_id, paper_id=paper_id,
            key_id=paper.key_id, number=made.number, size=len(made.pdf), renewed_at=work.now,
            sha256=hashlib.sha256(made.pdf).hexdigest())
        work.hide(row, "file", made.pdf)
        work.session.add(row)
        work.session.flush()
        note(work, engagement, "paper.renewed", row.id,
             {"version": paper.version_id, "edition": paper.edition, "paper": paper_id,
              "number": made.number, "sha256": row.sha256, "level": made.level})
    queued = work.session.get_one(Renewal, paper_id)
    queued.holds_until = made.holds_until
    queued.due_at = next_renewal(made.holds_until, work.now)
    queued.claimed_until, queued.attempts, queued.trouble = None, 0, None


def put_off_renewal(work: Work, paper_id: str, trouble: str) -> None:
    """Leave a paper to the next run, with a short code of what was in the way; one that was erased
    is left alone for good."""
    queued = work.session.get_one(Renewal, paper_id)
    queued.claimed_until, queued.trouble = None, trouble[:24]
    if trouble == "erased":
        queued.due_at = None
