"""Gathering the facts of a receipt: the frozen text, the signature, the record. Nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.models import Grant
from portal.agreements.queries import (
    Standing,
    manifests_of,
    record_bytes,
    shown_text,
    standing_of_one,
    version_row,
    version_rows,
)
from portal.engagements.models import Engagement, Party
from portal.ledger.queries import bodies_of, head_of
from portal.people.queries import contact_block, practice_or_missing
from portal.plain.errors import Missing
from portal.receipts.policy import (
    Act,
    AnswerFacts,
    ControllerFacts,
    NoticeFacts,
    PermitFacts,
    ReceiptFacts,
    TextFacts,
    receipt_bytes,
)
from portal.signing.policy import third_name
from portal.wording.queries import load_pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.ground.work import Work
    from portal.ledger.queries import Line

#: What the record holds of a version, and of the coachee's signature.
_OF_VERSION = ("version.issued", "version.signed", "version.declined", "version.withdrawn",
               "line.withdrawn")
_OF_SIGNATURE = ("signature.disputed", "signature.upheld", "signature.repudiated")


def receipt_of(work: Work, version_id: str, standing: Standing | None = None) -> bytes:
    """Return the receipt of a version for its coachee as it stands now, or raise `Missing`.

    `standing` is what stands in the engagement, where it was read already.
    """
    return receipt_bytes(receipt_facts(work, version_id, standing))


def receipt_facts(
    work: Work, version_id: str, standing: Standing | None = None
) -> ReceiptFacts:
    """Return what a receipt is made of; `Missing` for a version that no coachee signs."""
    row = version_row(work, version_id)
    standing = standing or standing_of_one(work, row.engagement_id)
    facts = standing.version(version_id)
    engagement = work.session.get_one(Engagement, row.engagement_id)
    raw = record_bytes(work, row)
    return ReceiptFacts(
        text=_text(work, row, facts), record=json.loads(raw),
        digest=hashlib.sha256(raw).hexdigest(), notice=_notice(work, row),
        controller=_controller(work, row.practice_id),
        parties={slot.role: slot.party_id for slot in facts.slots}, kind=engagement.kind,
        jurisdiction=engagement.jurisdiction,
        base=work.ground.settings.base_url.rstrip("/"),
        ledger_head=head_of(work, row.engagement_id), made_at=work.now,
        words=load_pack().vocabulary,
    )


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Name a text that the coachee was sent and did not sign, which waits no longer; `third` is
    who else was to sign it."""

    version_id: str
    title: str
    third: str
    sent_at: datetime


def unsigned_of(work: Work, standing: Standing, coachee: Party) -> list[Unsigned]:
    """Return the texts that a coachee said no to, or let pass: they have receipts too."""
    waiting = {facts.version_id for facts in standing.waiting(coachee, work.now)}
    left = [facts for facts in standing.versions
            if facts.waits_for(coachee.id) and facts.version_id not in waiting]
    rows = version_rows(work, [facts.version_id for facts in left])
    texts = [shown_text(work, rows[facts.version_id], "COACHEE") for facts in left]
    return [Unsigned(facts.version_id, text["title"], third_name(facts.slots, text["names"]),
                     facts.issued_at) for facts, text in zip(left, texts, strict=True)]


@lru_cache(maxsize=1)
def receipt_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that every receipt keeps to."""
    found = files("portal.receipts").joinpath("pack", "consent-receipt.schema.json")
    schema: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return schema


def _text(work: Work, row: AgreementVersion, facts: VersionFacts) -> TextFacts:
    coachee = _coachee(work, facts)
    signature = next((s.signature_id for s in facts.signed
                      if facts.slot_of(coachee.id) is not None
                      and s.slot_id == _slot(facts, coachee.id)), "")
    lines = bodies_of(work, row.engagement_id, (*_OF_VERSION, *_OF_SIGNATURE))
    mine = [line for line in lines if line.subject_id in (row.id, signature)]
    signed = next((line for line in mine if line.kind == "version.signed"
                   and line.facts["party"] == coachee.id), None)
    return TextFacts(
        version=facts, permits=_permits(work, row),
        answered=_answered(work, row.id, coachee.id, signed),
        acts=[_act(line, coachee) for line in mine
              if line.kind not in ("version.issued", "version.signed")],
        issued=next((line.hash for line in mine if line.kind == "version.issued"), ""),
    )


def _coachee(work: Work, facts: VersionFacts) -> Party:
    party_id = next((slot.party_id for slot in facts.slots if slot.role == "COACHEE"), None)
    if party_id is None:
        raise Missing("coachee")
    return work.session.get_one(Party, party_id)


def _slot(facts: VersionFacts, party_id: str) -> str:
    slot = facts.slot_of(party_id)
    return slot.slot_id if slot is not None else ""


def _permits(work: Work, row: AgreementVersion) -> list[PermitFacts]:
    grants = work.session.scalars(select(Grant).where(
        Grant.version_id == row.id, Grant.effect == "permit").order_by(Grant.number))
    return [PermitFacts(grant.number, grant.optional, grant.starts or row.effective_from,
                        grant.ends or row.valid_to, _texts(grant.scope.get("categories")))
            for grant in grants]


def _answered(
    work: Work, version_id: str, party_id: str, signed: Line | None
) -> AnswerFacts | None:
    if signed is None:
        return None
    manifest: Mapping[str, Any] = manifests_of(work, version_id)[party_id]
    choices = {int(number): said == "yes" for number, said in manifest["choices"].items()}
    return AnswerFacts(signed.at, "paper" if manifest.get("ink") else "portal", choices,
                       signed.hash)


def _act(line: Line, coachee: Party) -> Act:
    """Return an entry as an act; whose it was stands in it, or else is who acted."""
    by = line.facts.get("by")
    own = by == coachee.id if by else line.actor_id == coachee.person_id
    return Act(line.kind, line.at, own, line.facts.get("told") or "portal",
               line.facts.get("line"), line.facts.get("categories"), line.hash)


def _notice(work: Work, row: AgreementVersion) -> list[NoticeFacts]:
    notices = json.loads(work.reveal(row, "notice"))
    parts = notices.get("COACHEE", ()) if isinstance(notices, dict) else notices
    return [NoticeFacts(part["heading"], part["text"]) for part in parts]


def _controller(work: Work, practice_id: str) -> ControllerFacts:
    practice = practice_or_missing(work, practice_id)
    said = contact_block(work, practice)
    return ControllerFacts(practice.id, practice.name, practice.country, said.contact,
                           said.withdrawal_address)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else ()
