"""Frozen texts for readers, drafts for their coach, and what signatures say of themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements import policy
from portal.agreements.models import Agreement, AgreementVersion, Signature, TermsDraft
from portal.ground.vault import CannotOpen
from portal.plain.canonical import agreement_hash
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work


def agreement_by_template(work: Work, engagement_id: str, code: str) -> Agreement:
    """Return the agreement of an engagement by its template, or raise `Missing`."""
    found = work.session.scalar(select(Agreement).where(
        Agreement.engagement_id == engagement_id, Agreement.template_code == code))
    if found is None:
        raise Missing("agreement")
    return found


def version_row(work: Work, version_id: str) -> AgreementVersion:
    """Return the row of a version, or raise `Missing`."""
    found = work.session.get(AgreementVersion, version_id)
    if found is None:
        raise Missing("version")
    return found


def version_rows(work: Work, version_ids: Iterable[str]) -> dict[str, AgreementVersion]:
    """Return the rows of many versions by id, with one query; none where none is asked for."""
    if not (wanted := list(version_ids)):
        return {}
    rows = work.session.scalars(select(AgreementVersion).where(AgreementVersion.id.in_(wanted)))
    return {row.id: row for row in rows}


def record_bytes(work: Work, version: AgreementVersion) -> bytes:
    """Return the canonical bytes of a version; raises `CannotOpen` where they are not those that
    were hashed: nobody reads or signs a text other than the one that stands in the record."""
    raw = work.reveal_bytes(version, "record")
    if agreement_hash(work.reveal_bytes(version, "nonce"), raw) != version.hash:
        raise CannotOpen("the text is not the one that was hashed")
    return raw


def shown_text(work: Work, version: AgreementVersion, role: str) -> dict[str, Any]:
    """Return what a reader in this role is shown of a version: its frozen record, laid out.

    Notices are kept by role; the first texts kept the coachee's alone.
    """
    record = json.loads(record_bytes(work, version))
    notices = json.loads(work.reveal(version, "notice"))
    notice = notices.get(role, ()) if isinstance(notices, dict) else notices
    return policy.laid_out(record, role, notice)


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold what the coach has entered for a text, and whether that text is out already."""

    values: dict[str, Any] = field(default_factory=dict)
    issued: bool = False


def drafts_of(work: Work, agreement_ids: Iterable[str]) -> dict[str, Kept]:
    """Return what was entered for the texts of many agreements, with one query; one for which
    nothing was entered is not among them."""
    rows = work.session.scalars(select(TermsDraft).where(
        TermsDraft.agreement_id.in_(list(agreement_ids)), TermsDraft.discarded_at.is_(None)))
    return {row.agreement_id: Kept(json.loads(work.reveal(row, "values")),
                                   row.issued_at is not None) for row in rows}


def draft_values(work: Work, agreement_id: str) -> dict[str, Any]:
    """Return what the coach has entered for the next version; empty if nothing."""
    return drafts_of(work, [agreement_id]).get(agreement_id, Kept()).values


def choices_of(work: Work, party_id: str, version_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return what a party chose in the versions that they signed, by version and by the number of
    the line, with one query."""
    rows = work.session.scalars(select(Signature).where(
        Signature.party_id == party_id, Signature.version_id.in_(list(version_ids))))
    return {row.version_id: json.loads(work.reveal(row, "manifest"))["choices"] for row in rows}


def manifests_of(work: Work, version_id: str) -> dict[str, dict[str, Any]]:
    """Return the sealed manifests of a version's signatures by party, in order of signing."""
    rows = work.session.scalars(select(Signature).where(
        Signature.version_id == version_id).order_by(Signature.signed_at, Signature.id))
    return {row.party_id: json.loads(work.reveal(row, "manifest")) for row in rows}
