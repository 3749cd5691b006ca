"""Freezing, signing and ending versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from portal.agreements import policy
from portal.agreements.actions.drafts import settle_drafts
from portal.agreements.models import AgreementVersion, Grant, Signature, SignerSlot
from portal.agreements.policy import Rhythm, SlotFacts, VersionFacts
from portal.engagements.actions import note
from portal.ground import chance
from portal.ledger.actions import step
from portal.notices.actions import put_seal
from portal.plain.canonical import agreement_hash, canonical_bytes

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement
    from portal.ground.work import Work

_MANIFEST = b"ccp/signature/v1\n"


@dataclass(frozen=True, slots=True)
class NewSlot:
    """Hold who is to sign and what it will mean."""

    party_id: str
    role: str
    meaning: str
    vouching: bool
    required: bool = True


@dataclass(frozen=True, slots=True)
class NewLine:
    """Hold a line in the codes that decide."""

    number: int
    effect: str
    optional: bool
    condition_of_programme: bool
    scope: Mapping[str, list[str] | str | bool | None]
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """Hold a version that is about to be frozen: all of it was checked by the rules before."""

    template_version: str
    locale: str
    timezone: str
    record: Mapping[str, Any]
    notices: Mapping[str, Sequence[Mapping[str, Any]]]
    slots: Sequence[NewSlot]
    lines: Sequence[NewLine]
    starts_on: date
    ends_on: date
    effective_from: datetime
    valid_to: datetime
    sign_by: datetime
    review_months: int
    grace_days: int
    silence_days: int
    check_in_months: int
    review_moments: Sequence[str] = ()


def freeze(
    work: Work, engagement: Engagement, standing: Standing,
    texts: Sequence[tuple[Agreement, NewVersion]],
) -> list[tuple[AgreementVersion, VersionFacts]]:
    """Issue versions: bytes, hashes, slots and lines are fixed together or not at all.

    Each hash is over a random 128-bit nonce and the canonical bytes (Z18, RFC 8785), so that a
    short text cannot be guessed from it once the text is erased. `standing` is what stood
    before. Returned are the rows, each with the facts that the rules read.
    """
    versions = [_version(work, engagement, agreement, values, standing)
                for agreement, values in texts]
    work.session.add_all(versions)
    work.session.flush()
    slots = [_slots(version, values) for version, (_a, values) in zip(versions, texts, strict=True)]
    for version, own, (_agreement, values) in zip(versions, slots, texts, strict=True):
        work.session.add_all([*own, *_grants(version, values)])
        note(work, engagement, "version.issued", version.id,
             {"hash": version.hash, "agreement": version.agreement_id, "number": version.number})
    work.session.flush()
    settle_drafts(work, [agreement for agreement, _values in texts])
    return [(version, _facts(version, own)) for version, own in zip(versions, slots, strict=True)]


def _version(
    work: Work, engagement: Engagement, agreement: Agreement, values: NewVersion,
    standing: Standing,
) -> AgreementVersion:
    newest = standing.newest(agreement.id)
    before = standing.predecessor(agreement.id, [s.party_id for s in values.slots], work.now)
    step(work, policy.VERSION, "DRAFT", "issue", subject_id=agreement.id)
    nonce = chance.secret_bytes(16)
    record_bytes = canonical_bytes(dict(values.record))
    version = AgreementVersion(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        agreement_id=agreement.id, key_id=engagement.key_id,
        number=newest.number + 1 if newest else 1, template_code=agreement.template_code,
        template_version=values.template_version, locale=values.locale,
        timezone=values.timezone, hash=agreement_hash(nonce, record_bytes),
        predecessor_id=before.version_id if before else None, starts_on=values.starts_on,
        ends_on=values.ends_on, effective_from=values.effective_from, valid_to=values.valid_to,
        sign_by=values.sign_by, review_months=values.review_months,
        grace_days=values.grace_days, silence_days=values.silence_days,
        check_in_months=values.check_in_months,
        review_moments=",".join(values.review_moments), issued_at=work.now,
    )
    work.hide(version, "nonce", nonce)
    work.hide(version, "record", record_bytes)
    work.hide(version, "notice", json.dumps(dict(values.notices)))
    return version


def _slots(version: AgreementVersion, values: NewVersion) -> list[SignerSlot]:
    return [SignerSlot(
        id=chance.new_id(), practice_id=version.practice_id, version_id=version.id,
        party_id=slot.party_id, role=slot.role, meaning=slot.meaning, required=slot.required,
        vouching=slot.vouching) for slot in values.slots]


def _grants(version: AgreementVersion, values: NewVersion) -> list[Grant]:
    return [Grant(
        id=chance.new_id(), practice_id=version.practice_id, version_id=version.id,
        number=line.number, effect=line.effect, optional=line.optional,
        condition_of_programme=line.condition_of_programme, scope=dict(line.scope),
        starts=line.starts, ends=line.ends) for line in values.lines]


def _facts(version: AgreementVersion, slots: Sequence[SignerSlot]) -> VersionFacts:
    return VersionFacts(
        version.id, version.agreement_id, version.number, version.hash, version.issued_at,
        version.sign_by, version.effective_from, version.valid_to,
        [SlotFacts(s.id, s.party_id, s.role, s.required, s.vouching, s.meaning) for s in slots],
        rhythm=Rhythm(version.starts_on, version.ends_on, version.timezone, version.review_months,
                      version.grace_days, version.silence_days,
                      tuple(version.review_moments.split(",")) if version.review_moments else (),
                      version.check_in_months))


def sign(
    work: Work, engagement: Engagement, facts: VersionFacts, slot: SlotFacts,
    manifest: Mapping[str, Any],
) -> Signature:
    """Write a signature over a version's hash, with its manifest sealed beside it.

    The caller has asked `why_not_sign` and used up a code in this same transaction. The last
    required signature starts sealing and mail through the outbox.
    """
    signed = len(facts.counting()) + 1
    required = sum(s.required for s in facts.slots)
    # What somebody declined meanwhile is signed without effect: a refusal would tell (Z4).
    counts = policy.state(facts, work.now) != "DECLINED"
    if counts:
        _step_of(work, facts, signed, required)
    # The nonce keeps whoever has the hash from trying names, once the manifest is erased (Z18).
    sealed = canonical_bytes({**manifest, "nonce": chance.secret_bytes(16).hex()})
    signature = Signature(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        version_id=facts.version_id, slot_id=slot.slot_id, party_id=slot.party_id,
        key_id=engagement.key_id, version_hash=facts.hash, signed_at=work.now,
        manifest_hash=hashlib.sha256(_MANIFEST + sealed).hexdigest(),
    )
    work.hide(signature, "manifest", sealed)
    work.session.add(signature)
    note(work, engagement, "version.signed", facts.version_id,
         {"signature": signature.id, "party": slot.party_id, "hash": facts.hash,
          "manifest": signature.manifest_hash})
    if counts and signed == required:
        put_seal(work, "signed", facts.version_id, practice_id=engagement.practice_id,
                 engagement_id=engagement.id)
    return signature


def _step_of(work: Work, facts: VersionFacts, signed: int, required: int) -> None:
    event = "sign(only signer)" if required == 1 else (
        "sign(last)" if signed == required else
        "sign(first of several)" if signed == 1 else "sign(not last)")
    step(work, policy.VERSION, policy.state(facts, work.now), event,
         "SCHEDULED" if event == "sign(last)" else None, subject_id=facts.version_id)


def end_version(
    work: Work, engagement: Engagement, facts: VersionFacts, kind: str, event: str,
    *, said: Mapping[str, str] | None = None, by: str | None = None,
) -> None:
    """Record an act that ends a version (declined, recalled, withdrawn …), if its state has it.

    `said` is what the entry holds besides; `by` is the person, where nobody is signed in.
    """
    step(work, policy.VERSION, policy.state(facts, work.now), event, subject_id=facts.version_id)
    note(work, engagement, kind, facts.version_id, {**(said or {})}, by=by)


def withdraw(work: Work, engagement: Engagement, facts: VersionFacts) -> None:
    """End a version because the coachee takes it back or a required party leaves.

    One that was declined ends in the same words for all who have not heard of that (Z4).
    """
    now = policy.state(facts, work.now)
    if now == "DECLINED":
        note(work, engagement, "version.withdrawn", facts.version_id)
    else:
        end_version(work, engagement, facts, "version.withdrawn", policy.withdrawing(now))
