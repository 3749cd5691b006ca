"""Gathering the facts of a paper from records, and finding sealed papers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.models import AgreementVersion, Signature
from portal.agreements.queries import manifests_of, version_row
from portal.engagements.models import Engagement, Party
from portal.evidence import policy
from portal.evidence.models import Seal, SealedFile
from portal.evidence.policy import Effect
from portal.ground.authority import describe
from portal.ledger.models import Entry
from portal.ledger.queries import head_of
from portal.people.queries import practice_or_missing
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from portal.ground.work import Work

_CAPACITY = {"self": "for themselves"}
_MEANING = {"agree": "agreed", "assent": "assented", "acknowledge": "acknowledged",
            "witness": "witnessed"}
_HOW = {"phone": "by phone", "video": "by video", "in_person": "in person",
        "relay": "through a relay service"}
_READ_BY = {"nobody": "nobody else reads it", "family": "family may read it",
            "assistant": "an assistant reads it", "employer": "the employer can read it"}


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


def version_facts(work: Work, version_id: str, seal: Seal) -> policy.VersionFacts:
    """Return what both editions say about a version: frozen record and signatures."""
    row = version_row(work, version_id)
    raw = work.reveal_bytes(row, "record")
    record = json.loads(raw)
    engagement = work.session.get_one(Engagement, row.engagement_id)
    code = record["ethics_code"]
    return policy.VersionFacts(
        practice=_practice(work, row, seal), engagement=work.reveal(engagement, "title"),
        title=record["template"]["name"], template=row.template_code,
        template_version=row.template_version, number=row.number, locale=row.locale,
        zone=row.timezone, version_hash=row.hash,
        effective_from=date.fromisoformat(record["effective_from"]),
        valid_to=date.fromisoformat(record["valid_to"]),
        review=f"every {row.review_months} months",
        sign_by=date.fromisoformat(record["sign_by"]),
        ethics=f"{code['name']}, {code['version']}" if code["name"] else None,
        clauses=tuple(policy.ClauseFacts(c["number"], c["code"], c["title"], c["in_short"],
                                         tuple(c["text"])) for c in record["clauses"]),
        lines=tuple(policy.LineFacts(line["no"], Effect(line["effect"]), line["optional"],
                                     line["sentence"]) for line in record["lines"]),
        signatures=tuple(_signature(m) for m in _manifests(work, version_id)),
        ledger_head=head_of(work, row.engagement_id), record=raw,
        nonce=work.reveal_bytes(row, "nonce").hex(), copied_at=work.now,
    )


def _practice(work: Work, row: AgreementVersion, seal: Seal) -> policy.PracticeFacts:
    practice = practice_or_missing(work, row.practice_id)
    base = work.ground.settings.base_url.rstrip("/")
    return policy.PracticeFacts(
        name=practice.name, contact=work.reveal(practice, "contact"), front_door=f"{base}/lost",
        root_certificate=f"{base}/seal/{practice.id}/root.pem",
        root_fingerprint=describe(seal.root_pem).fingerprint,
    )


def _manifests(work: Work, version_id: str) -> list[dict[str, Any]]:
    return list(manifests_of(work, version_id).values())


def _signature(manifest: dict[str, Any]) -> policy.SignatureFacts:
    strokes = tuple(tuple((x, y) for x, y in stroke) for stroke in manifest["mark"]["strokes"])
    drawn = manifest["mark"]["kind"] == "draw" and any(strokes)
    return policy.SignatureFacts(
        printed_name=manifest["printed_name"], role=manifest["role"].lower(),
        capacity=_CAPACITY.get(manifest["capacity"], manifest["capacity"]),
        meaning=_MEANING[manifest["meaning"]], statement=manifest["intent"],
        signed_at=datetime.fromisoformat(manifest["signed_at"].replace("Z", "+00:00")),
        mark=policy.DrawnMark(strokes) if drawn else policy.TypedMark(manifest["printed_name"]),
        version_hash=manifest["version_hash"],
    )


def private_part(
    work: Work, version_id: str
) -> tuple[tuple[policy.ChoiceFacts, ...], tuple[policy.AssuranceFacts, ...]]:
    """Return what the coachee's edition adds: choices, and how each signer was known (Z1)."""
    choices: list[policy.ChoiceFacts] = []
    assurances = []
    for manifest in _manifests(work, version_id):
        choices += [policy.ChoiceFacts(int(number), answer == "yes")
                    for number, answer in sorted(manifest["choices"].items())]
        assurances.append(_assurance(work, manifest))
    return tuple(choices), tuple(assurances)


def _assurance(work: Work, manifest: dict[str, Any]) -> policy.AssuranceFacts:
    reached, code = manifest["reached"], manifest["code"]
    how = None
    if reached is not None:
        how = (f"By a signed link to a {reached['owner']} mailbox"
               f" ({_READ_BY.get(reached['read_by'], 'not recorded who reads it')}),"
               f" issued {_moment(reached['at'])}")
    first = ", first registered in the same sitting" if code["enrolled_now"] else ""
    with_what = {"link": "Link to the mailbox and one-time code",
                 "password and code": "Password and one-time code"}
    return policy.AssuranceFacts(
        printed_name=manifest["printed_name"], reached=how,
        identified=f"{with_what[manifest['signed_in_with']]} (RFC 6238){first}",
        vouched=_vouched(work, manifest["party"]),
    )


def _vouched(work: Work, party_id: str) -> str | None:
    entry = work.session.scalar(
        select(Entry).where(Entry.kind == "party.vouched", Entry.subject_id == party_id)
        .order_by(Entry.seq).limit(1)
    )
    if entry is None:
        return None
    facts = json.loads(entry.body)["facts"]
    return (f"Eight digits from the signer’s screen, read aloud {_HOW[facts['how']]} and typed "
            f"by the coach, {_moment(entry.at.isoformat())}")


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    return at.strftime("%-d %B %Y, %H:%M UTC")


def signers_of(work: Work, version_id: str) -> list[Party]:
    """Return the parties that signed a version."""
    return list(work.session.scalars(
        select(Party).join(Signature, Signature.party_id == Party.id)
        .where(Signature.version_id == version_id).order_by(Signature.signed_at)
    ))
