"""Finding renewed papers, and those whose proof is to be renewed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from portal.evidence.models import Renewal, RenewedFile, Seal, SealedFile
from portal.evidence.queries.files import list_of
from portal.ground.authority import describe
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from sqlalchemy import Select

    from portal.ground.work import Work


def newest_renewed(work: Work, paper_id: str) -> RenewedFile | None:
    """Return the newest renewed file of a paper, or None."""
    return work.session.scalar(
        select(RenewedFile).where(RenewedFile.paper_id == paper_id)
        .order_by(RenewedFile.number.desc()).limit(1))


def renewed_or_missing(
    work: Work, version_id: str, paper_id: str
) -> tuple[SealedFile, RenewedFile, bytes]:
    """Return a paper of this version, and its newest renewed file with the bytes, or raise
    `Missing`."""
    paper, newest = work.session.get(SealedFile, paper_id), newest_renewed(work, paper_id)
    if paper is None or paper.version_id != version_id or newest is None:
        raise Missing("paper")
    return paper, newest, work.reveal_bytes(newest, "file")


def newest_file(work: Work, paper_id: str) -> bytes:
    """Return the bytes of a paper as they were renewed last, or as they were sealed; raises
    `CannotOpen` once they are erased."""
    newest = newest_renewed(work, paper_id)
    return work.reveal_bytes(newest or work.session.get_one(SealedFile, paper_id), "file")


def _unplanned() -> Select[str]:
    queued = select(Renewal.paper_id).where(Renewal.paper_id == SealedFile.id)
    return select(SealedFile.id).where(~queued.exists())


def unplanned(work: Work) -> list[str]:
    """Return the papers that are not in the queue yet."""
    return list(work.session.scalars(_unplanned().order_by(SealedFile.id)))


def due_renewals(work: Work) -> list[str]:
    """Return the papers whose proof is to be renewed now: those that failed before come last."""
    return list(work.session.scalars(
        select(Renewal.paper_id).where(Renewal.due_at <= work.now)
        .order_by(Renewal.attempts, Renewal.due_at, Renewal.paper_id)))


def has_renewals(work: Work) -> bool:
    """Tell, with cheap reads, whether there is anything to plan or to renew."""
    if not work.ground.settings.tsa_url:
        return False
    due = select(Renewal.paper_id).where(Renewal.due_at <= work.now)
    return any(work.session.scalar(found.limit(1)) for found in (due, _unplanned()))


@dataclass(frozen=True, slots=True)
class Overdue:
    """Say how many papers wait to be renewed after a try, when the proof of the first ends, and a
    short code of what was in the way of one."""

    count: int
    ends_at: datetime | None
    trouble: str | None


def overdue_renewals(work: Work) -> Overdue:
    """Return what is due and was tried in vain."""
    return Overdue(*work.session.execute(
        select(func.count(), func.min(Renewal.holds_until), func.max(Renewal.trouble))
        .where(Renewal.due_at <= work.now, Renewal.attempts > 0)).one())


@dataclass(frozen=True, slots=True)
class SealProof:
    """Hold what proves a seal: its certificates up to the root (PEM), and the newest list of a
    root of the portal's own. None where a trust service made it: its lists are fetched."""

    certificates: bytes = field(repr=False)
    list_der: bytes | None = field(repr=False)


def seal_proof(work: Work, practice_id: str, fingerprint: str) -> SealProof | None:
    """Return what proves the seal of a practice with this SHA-256 (hex), or None."""
    for seal in work.session.scalars(select(Seal).where(Seal.practice_id == practice_id)):
        if describe(seal.certificate_pem).fingerprint == fingerprint:
            root = list_of(work, seal)
            return SealProof(seal.certificate_pem + seal.above_pem + seal.root_pem,
                             root.list_der if root is not None else None)
    return None
