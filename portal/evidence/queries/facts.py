"""Gathering the facts of a paper: the frozen record, the signatures, the ledger. Nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from portal.agreements.policy import ANEW, VOUCHED, laid_out, vouched_since
from portal.agreements.queries import manifests_of, record_bytes, version_row
from portal.engagements.models import Engagement
from portal.evidence import policy
from portal.evidence.policy import Effect
from portal.evidence.policy.story import Event as Told
from portal.evidence.queries.files import seal_address
from portal.evidence.queries.telling import story_of
from portal.ground.authority import describe
from portal.ledger.models import Entry
from portal.ledger.policy import Event, genesis
from portal.ledger.queries import head_of
from portal.people.queries import contact_block, names_of, practice_or_missing
from portal.plain.passkey import proof_from

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
    from portal.evidence.models import Seal
    from portal.ground.work import Work

Raw = Mapping[str, Any]


def version_facts(
    work: Work, version_id: str, seal: Seal, events: tuple[Told, ...]
) -> policy.VersionFacts:
    """Return what both editions say about a version: frozen record and signatures.

    `events` are those of its engagement; only what they end with is said.
    """
    row = version_row(work, version_id)
    raw = record_bytes(work, row)
    record = json.loads(raw)
    engagement = work.session.get_one(Engagement, row.engagement_id)
    code = record["ethics_code"]
    return policy.VersionFacts(
        practice=_practice(work, row, seal), engagement=work.reveal(engagement, "title"),
        title=record["template"]["name"], template=row.template_code,
        template_version=row.template_version, number=row.number, locale=row.locale,
        zone=row.timezone, version_hash=row.hash,
        effective_from=date.fromisoformat(record["effective_from"]),
        valid_to=date.fromisoformat(record["valid_to"]), review_months=row.review_months,
        sign_by=date.fromisoformat(record["sign_by"]),
        ethics=f"{code['name']}, {code['version']}" if code["name"] else None,
        clauses=tuple(policy.ClauseFacts(c["number"], c["code"], c["title"], c["in_short"],
                                         tuple(c["text"])) for c in record["clauses"]),
        lines=tuple(policy.LineFacts(line["no"], Effect(line["effect"]), line["optional"],
                                     line["sentence"]) for line in record["lines"]),
        rules=tuple(policy.RuleFacts(rule["title"], rule["version"], rule["sha256"])
                    for rule in record.get("rules", ())),
        signatures=tuple(_signature(manifest, laid_out(record, manifest["role"]))
                         for manifest in manifests_of(work, version_id).values()),
        ledger_genesis=genesis(row.engagement_id), ledger_head=head_of(work, row.engagement_id),
        story=story_of(row.engagement_id, events), record=raw,
        nonce=work.reveal_bytes(row, "nonce").hex(), copied_at=work.now,
        issued_at=row.issued_at, stamped=bool(work.ground.settings.tsa_url),
    )


def _practice(work: Work, row: AgreementVersion, seal: Seal) -> policy.PracticeFacts:
    practice = practice_or_missing(work, row.practice_id)
    base = work.ground.settings.base_url.rstrip("/")
    said = contact_block(work, practice)
    return policy.PracticeFacts(
        name=practice.name, contact=said.contact, front_door=f"{base}/lost",
        root_certificate=seal_address(work, seal.id, "root.pem"),
        root_fingerprint=describe(seal.root_pem).fingerprint,
        check_page=f"{base}/check",
        successor=", ".join(filter(None, (said.successor_name, said.successor_contact))),
        withdrawal=said.withdrawal_address,
    )


def _signature(manifest: Raw, shown: Raw) -> policy.SignatureFacts:
    return policy.SignatureFacts(
        printed_name=manifest["printed_name"], role=manifest["role"],
        capacity=shown["capacities"][manifest["role"]], meaning=manifest["meaning"],
        statement=manifest["intent"], signed_at=_instant(manifest["signed_at"]),
        mark=_mark(manifest), version_hash=manifest["version_hash"],
    )


def _mark(manifest: Raw) -> policy.TypedMark | policy.DrawnMark | policy.InkMark:
    ink = manifest.get("ink")
    if ink is not None:
        return policy.InkMark(date.fromisoformat(ink["day"]), ink["basis"] == "earlier_paper")
    strokes = tuple(tuple((x, y) for x, y in stroke) for stroke in manifest["mark"]["strokes"])
    if manifest["mark"]["kind"] == "draw" and any(strokes):
        return policy.DrawnMark(strokes)
    return policy.TypedMark(manifest["printed_name"])


def private_part(
    work: Work, version_id: str
) -> tuple[tuple[policy.ChoiceFacts, ...], tuple[policy.AskedFacts, ...],
           tuple[policy.AssuranceFacts, ...]]:
    """Return what the coachee's edition adds: choices, what else the coachee was asked, and how
    each signer was known (Z1)."""
    row = version_row(work, version_id)
    shown = laid_out(json.loads(work.reveal(row, "record")), "COACHEE")
    choices: list[policy.ChoiceFacts] = []
    asked: list[policy.AskedFacts] = []
    assurances = []
    for manifest in manifests_of(work, version_id).values():
        choices += [policy.ChoiceFacts(int(number), answer == "yes") for number, answer
                    in sorted(manifest["choices"].items(), key=lambda item: int(item[0]))]
        asked += _asked(manifest, shown)
        assurances.append(_assurance(work, manifest))
    return tuple(choices), tuple(asked), tuple(assurances)


def _asked(manifest: Raw, shown: Raw) -> list[policy.AskedFacts]:
    answers = dict.fromkeys(manifest.get("sights") or (), "seen")
    if manifest.get("person") is not None:
        answers["person"] = manifest["person"]
    return [policy.AskedFacts(ask["question"], answers[ask["key"]])
            for page in shown["pages"] for ask in page["asks"] if ask["key"] in answers]


def _assurance(work: Work, manifest: Raw) -> policy.AssuranceFacts:
    reached, code, ink = manifest["reached"], manifest["code"], manifest.get("ink")
    proven = code or manifest.get("passkey")
    key = manifest.get("passkey") or (ink or {}).get("passkey")
    return policy.AssuranceFacts(
        printed_name=manifest["printed_name"],
        reached=policy.ReachedFacts(reached["owner"], reached["read_by"],
                                    _instant(reached["at"])) if reached else None,
        identified=_identified(manifest["signed_in_with"], proven, passkey=not code)
        if proven else None,
        vouched=_vouched(work, manifest["party"], _instant(manifest["signed_at"])),
        scan=policy.ScanFacts(
            names_of(work, [ink["recorded_by"]])[ink["recorded_by"]],
            _instant(manifest["signed_at"]), ink["scan"]) if ink else None,
        # Under an ink signature it is the coach's, who recorded it.
        passkey=policy.PasskeyFacts("COACH" if ink else manifest["role"], proof_from(key))
        if key else None,
    )


def _identified(way: str, proven: Raw, *, passkey: bool) -> policy.IdentifiedFacts:
    anew = proven.get("anew_at")
    return policy.IdentifiedFacts(way, proven["enrolled_now"], passkey=passkey,
                                  anew_at=_instant(anew) if anew else None)


def _vouched(work: Work, party_id: str, signed_at: datetime) -> policy.VouchedFacts | None:
    found = list(work.session.scalars(
        select(Entry).where(Entry.kind.in_((VOUCHED, ANEW)), Entry.subject_id == party_id)
        .order_by(Entry.seq)))
    since = vouched_since([Event(e.kind, e.subject_id, e.at, e.actor_id, e.seq, e.hash)
                           for e in found], party_id, signed_at)
    entry = next((e for e in found if e.kind == VOUCHED and e.at == since), None)
    if entry is None:
        return None
    return policy.VouchedFacts(json.loads(entry.body)["facts"]["how"], entry.at)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
