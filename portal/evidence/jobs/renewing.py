"""Renewing the proof in papers before it ends: read in one transaction, made outside any, kept in
another."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from portal.evidence.actions.renewals import (
    Renewed,
    claim_renewal,
    keep_renewed,
    plan_renewal,
    put_off_renewal,
)
from portal.evidence.jobs.sealing import renew_lists
from portal.evidence.models import SealedFile
from portal.evidence.policy.renewals import level_of
from portal.evidence.queries.renewals import (
    SealProof,
    due_renewals,
    newest_file,
    seal_proof,
    unplanned,
)
from portal.ground.vault import CannotOpen
from portal.plain.errors import PortalError

log = logging.getLogger("portal.evidence")

if TYPE_CHECKING:
    from datetime import datetime

    from portal.ground.stamp import Proof, StampService
    from portal.ground.work import Ground


def renew_papers(ground: Ground, *, patience: float = 15.0) -> int:
    """Renew every paper whose proof ends within three months, and return how many were tried.

    Only where a time stamping service is set up. One that gives no good stamp within `patience`
    (seconds) is left alone until the next run; each day is another try, and nothing is given up.
    The first file of a paper is not touched.
    """
    from portal.ground.stamp import StampFailed, StampService

    if not ground.settings.tsa_url:
        return 0
    renew_lists(ground)
    _plan(ground)
    service = StampService(ground.settings.tsa_url, seconds=patience)
    with ground.work(writes=False) as work:
        due, tried = due_renewals(work), 0
    for paper_id in due:
        if ground.stopping:
            break
        with ground.work(writes=True) as work:
            taken = claim_renewal(work, paper_id)
        tried += taken
        if taken and isinstance(_try(ground, paper_id, service), StampFailed):
            break
    return tried


def _try(ground: Ground, paper_id: str, service: StampService) -> Exception | None:
    """Renew a paper and keep it, or leave it to the next run; returns what was in the way."""
    try:
        made = _renewed(ground, paper_id, service)
    except Exception as no:  # noqa: BLE001 - whatever it is, the next paper must not wait for it
        log.error("renewing a paper failed: %s", _code(no))
        with ground.work(writes=True) as work:
            put_off_renewal(work, paper_id, _code(no))
        return no
    with ground.work(writes=True) as work:
        keep_renewed(work, paper_id, made)
    return None


def _code(no: Exception) -> str:
    """Return a short code of what was in the way; never words, which could quote the paper."""
    if isinstance(no, CannotOpen):
        return "erased"
    return str(no) if isinstance(no, PortalError) else type(no).__name__


def _plan(ground: Ground) -> None:
    """Put into the queue what is not in it: each paper is read once for that."""
    with ground.work(writes=False) as work:
        papers = unplanned(work)
    for paper_id in papers:
        if ground.stopping:
            return
        holds_until = _holds_until(ground, paper_id)
        with ground.work(writes=True) as work:
            plan_renewal(work, paper_id, holds_until)


def _holds_until(ground: Ground, paper_id: str) -> datetime | None:
    from portal.ground.renewal import standing_of

    try:
        with ground.work(writes=False) as work:
            pdf = newest_file(work, paper_id)
    except CannotOpen:
        return None
    return standing_of(pdf).holds_until


def _renewed(ground: Ground, paper_id: str, service: StampService) -> Renewed:
    from portal.ground.renewal import renew, standing_of

    with ground.work(writes=False) as work:
        pdf = newest_file(work, paper_id)
        standing = standing_of(pdf)
        paper = work.session.get_one(SealedFile, paper_id)
        found = seal_proof(work, paper.practice_id, standing.seal)
    made = renew(pdf, _proof(found), service, ground.clock.now())
    return Renewed(standing.renewed + 1, made.pdf, level_of(complete=made.complete),
                   made.holds_until)


def _proof(found: SealProof | None) -> Proof:
    from portal.ground.stamp import Proof, certificates_in, gather, several

    if found is None:
        return Proof(complete=False)
    chain = several(found.certificates)
    if found.list_der is None:
        return gather(chain, public_only=True)
    return Proof(certificates_in(chain), (found.list_der,))
