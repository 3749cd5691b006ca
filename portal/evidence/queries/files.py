"""Finding seals and sealed papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal.agreements.models import Signature
from portal.engagements.models import Party
from portal.evidence.models import RenewedFile, Seal, SealedFile, SealRoot, Twin
from portal.ground.authority import describe
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
    twin_size: int | None = None
    """How many bytes the readable twin has, where there is one."""
    renewed_size: int | None = None
    """How many bytes the paper has with its proof renewed, where it was."""
    renewed_at: datetime | None = None


def live_seal(work: Work, practice_id: str) -> Seal | None:
    """Return the seal that a practice uses now."""
    return work.session.scalar(
        select(Seal).where(Seal.practice_id == practice_id, Seal.retired_at.is_(None))
        .order_by(Seal.made_at.desc()).limit(1)
    )


def seal_address(work: Work, seal_id: str, what: str) -> str:
    """Return where anyone can fetch something about a seal, as it stands on paper."""
    return f"{work.ground.settings.base_url.rstrip('/')}/seal/{seal_id}/{what}"


def seal_or_missing(work: Work, any_id: str) -> Seal:
    """Return a seal by its own id, or the live one of a practice by the practice's; raises
    `Missing`."""
    seal = work.session.get(Seal, any_id) or live_seal(work, any_id)
    if seal is None:
        raise Missing("seal")
    return seal


@dataclass(frozen=True, slots=True)
class SealShown:
    """Say what a seal is: whose, since when, until when, and by what it is known."""

    id: str
    name: str
    brought: bool
    made_at: datetime
    ends_at: datetime
    retired_at: datetime | None
    root_name: str
    root_fingerprint: str


def seals_of(work: Work, practice_id: str) -> list[SealShown]:
    """Return the seals of a practice, the one in use first, then the newest."""
    rows = work.session.scalars(
        select(Seal).where(Seal.practice_id == practice_id)
        .order_by(Seal.retired_at.is_not(None), Seal.made_at.desc(), Seal.id))
    return [_shown(row) for row in rows]


def _shown(row: Seal) -> SealShown:
    own, root = describe(row.certificate_pem), describe(row.root_pem)
    return SealShown(row.id, own.name, row.brought, row.made_at, row.ends_at, row.retired_at,
                     root.name, root.fingerprint)


def every_root(work: Work) -> list[bytes]:
    """Return the roots of all seals of this installation, in use or before (PEM)."""
    return list(work.session.scalars(select(Seal.root_pem).distinct().order_by(Seal.root_pem)))


def list_of(work: Work, seal: Seal) -> SealRoot | None:
    """Return the root of a seal with its revocation list, if it is one of the portal's own."""
    return None if seal.root_id is None else work.session.get_one(SealRoot, seal.root_id)


def papers_of(work: Work, version_ids: list[str]) -> dict[str, list[Paper]]:
    """Return the sealed papers of many versions, newest first, with one query."""
    found: dict[str, list[Paper]] = {version_id: [] for version_id in version_ids}
    newest = (select(RenewedFile.paper_id, func.max(RenewedFile.number).label("number"))
              .group_by(RenewedFile.paper_id).subquery())
    rows = work.session.execute(
        select(SealedFile.version_id, SealedFile.id, SealedFile.edition, SealedFile.occasion,
               SealedFile.short_code, SealedFile.sha256, SealedFile.size, SealedFile.pages,
               SealedFile.sealed_at, Twin.size, RenewedFile.size, RenewedFile.renewed_at)
        .outerjoin(Twin, Twin.paper_id == SealedFile.id)
        .outerjoin(newest, newest.c.paper_id == SealedFile.id)
        .outerjoin(RenewedFile, (RenewedFile.paper_id == SealedFile.id)
                   & (RenewedFile.number == newest.c.number))
        .where(SealedFile.version_id.in_(found)).order_by(SealedFile.sealed_at.desc())
    )
    for row in rows:
        values: tuple[Any, ...] = tuple(row)
        found[row.version_id].append(Paper(*values[1:]))
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


def twin_or_missing(work: Work, version_id: str, paper_id: str) -> tuple[SealedFile, bytes]:
    """Return a sealed file of this version with the bytes of its twin, or raise `Missing`."""
    found = work.session.execute(
        select(SealedFile, Twin).join(Twin, Twin.paper_id == SealedFile.id)
        .where(SealedFile.id == paper_id, SealedFile.version_id == version_id)).one_or_none()
    if found is None:
        raise Missing("twin")
    return found[0], work.reveal_bytes(found[1], "file")


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
