"""Finding seals and sealed papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import Signature
from portal.engagements.models import Party
from portal.evidence.models import Seal, SealedFile
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work

@dataclass(frozen=True, slots=True)
class Paper:
    """Say what a sealed paper is, without its bytes."""

    id: str
    edition: str
    occasion: str
    short_code: str
    sha256: str
    size: int
    pages: int
    sealed_at: datetime


def live_seal(work: Work, practice_id: str) -> Seal | None:
    """Return the seal that a practice uses now."""
    return work.session.scalar(
        select(Seal).where(Seal.practice_id == practice_id, Seal.retired_at.is_(None))
        .order_by(Seal.made_at.desc()).limit(1)
    )


def papers_of(work: Work, version_ids: list[str]) -> dict[str, list[Paper]]:
    """Return the sealed papers of many versions, newest first, with one query."""
    found: dict[str, list[Paper]] = {version_id: [] for version_id in version_ids}
    rows = work.session.execute(
        select(SealedFile.version_id, SealedFile.id, SealedFile.edition, SealedFile.occasion,
               SealedFile.short_code, SealedFile.sha256, SealedFile.size, SealedFile.pages,
               SealedFile.sealed_at)
        .where(SealedFile.version_id.in_(found)).order_by(SealedFile.sealed_at.desc())
    )
    for row in rows:
        found[row.version_id].append(Paper(*row[1:]))
    return found


def newest_paper(papers: list[Paper], edition: str) -> Paper | None:
    """Return the newest paper of an edition, or None while it is being sealed."""
    return next((paper for paper in papers if paper.edition == edition), None)


def file_or_missing(work: Work, version_id: str, paper_id: str) -> tuple[SealedFile, bytes]:
    """Return a sealed file of this version with its bytes, or raise `Missing`."""
    found = work.session.get(SealedFile, paper_id)
    if found is None or found.version_id != version_id:
        raise Missing("paper")
    return found, work.reveal_bytes(found, "file")


def is_sealed(work: Work, version_id: str, edition: str, occasion: str) -> bool:
    """Tell whether this paper exists already."""
    return work.session.scalar(
        select(SealedFile.id).where(SealedFile.version_id == version_id,
                                    SealedFile.edition == edition,
                                    SealedFile.occasion == occasion)
    ) is not None


def signers_of(work: Work, version_id: str) -> list[Party]:
    """Return the parties that signed a version."""
    return list(work.session.scalars(
        select(Party).join(Signature, Signature.party_id == Party.id)
        .where(Signature.version_id == version_id).order_by(Signature.signed_at)
    ))
