"""Recording ink signatures, and letting somebody sign on paper instead of by a link."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from portal.agreements.actions import sign
from portal.agreements.policy import SignFacts, why_not_sign
from portal.engagements.actions import note
from portal.factors.actions import Act, Answer, CodeRefused, CodeTaken, prove
from portal.ground import chance
from portal.ground.pictures import NoPicture, written_anew
from portal.inking import policy
from portal.inking.models import InkScan
from portal.inking.policy import Basis, Kind, ScanNo, why_not_ink, why_not_scan
from portal.ledger.actions import held_head
from portal.ledger.policy import instant
from portal.links.actions import revoke_all
from portal.people.queries import person_or_missing
from portal.plain.errors import Missing, require
from portal.reaching.actions import accept, invite_waiting, party_by_id, refuse, reissue
from portal.signing.policy import shown_digest
from portal.vouching.actions import record_vouching
from portal.vouching.queries import is_vouched
from portal.web.words import today

if TYPE_CHECKING:
    from portal.agreements.models import Signature
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.inking.queries import Sheet


@dataclass(frozen=True, slots=True)
class Scan:
    """Hold a scan as it will be kept."""

    kind: Kind
    body: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return hashlib.sha256(self.body).hexdigest()


def take_scan(body: bytes) -> Scan | ScanNo:
    """Return a file as a scan to keep, or why it is none.

    A picture is written anew, so that nothing but its pixels is kept; a PDF is kept as it is and
    only ever handed out as a download.
    """
    no, kind = why_not_scan(body), policy.kind_of(body)
    if no is not None or kind is None:
        return no or ScanNo.UNKNOWN_KIND
    if kind is Kind.PDF:
        return Scan(kind, body)
    try:
        return Scan(kind, written_anew(body, kind.value))
    except NoPicture:
        return ScanNo.DAMAGED


@dataclass(frozen=True, slots=True)
class InkValues:
    """Hold what the coach reads from a signed sheet: name, day, what the paper is, the ticks by
    the key of their question, and the scan. Without a scan only a refusal can be recorded."""

    name: str
    day: date
    basis: Basis
    answers: Mapping[str, str]
    scan: Scan | None


def recording(sheet: Sheet, scan: Scan | None) -> Act:
    """Return what a passkey signs to record a paper: the text, and the scan that is kept."""
    return Act("record ink", (sheet.facts.hash, *([scan.digest] if scan else ())))


def record_ink(
    work: Work, sheet: Sheet, values: InkValues, given: str | Answer
) -> Signature | CodeRefused | None:
    """Record that somebody signed on paper, under a code or passkey of the acting coach's (Z26).

    The engagement is held and the sheet was read after that. `signed_at` is now; the day in ink
    stands beside it. Recording is the coach vouching for this person. What the coachee ticked
    about another person counts as on a screen; a no to that person ends the text, and None is
    returned, for then nothing was signed. Raises `Refused` before either is looked at.
    """
    actor, asks = work.actor, sheet.asks
    if actor is None or sheet.engagement.id not in work.locked:
        raise Missing("coach")
    require(why_not_sign(SignFacts(
        version=sheet.facts, slot_id=sheet.slot.slot_id, hash_shown=sheet.facts.hash,
        read_all=True, choices_complete=True, erecord_consent=True), work.now))
    require(why_not_ink(sheet.ink_facts(values.name, values.day, values.basis,
                                        dict(values.answers)), today(work.now)))
    is_refused = policy.refused(asks, values.answers)
    if values.scan is None and not is_refused:
        raise Missing("scan")
    taken = prove(work, person_or_missing(work, actor.practice_id, actor.person_id),
                  recording(sheet, values.scan), given)
    if isinstance(taken, CodeRefused):
        return taken
    if is_refused or values.scan is None:
        refuse(work, sheet.engagement, _third(work, sheet))
        return None
    _come_in(work, sheet)
    # Before the signature, which starts the sealing: so the first papers tell it already.
    if not is_vouched(work, sheet.engagement.id, sheet.party.id):
        record_vouching(work, sheet.engagement, sheet.party,
                        {"how": "paper", "scan": values.scan.digest})
    signature = _sign(work, sheet, values, values.scan, taken)
    _keep(work, sheet, values, values.scan, signature)
    if any(ask["kind"] == "person" for ask in asks):
        accept(work, sheet.engagement, _third(work, sheet))
        invite_waiting(work, sheet.engagement)
    return signature


def _third(work: Work, sheet: Sheet) -> Party:
    party_id = sheet.standing.agreements[sheet.facts.agreement_id].party_id
    return party_by_id(work, sheet.engagement, party_id or "")


def _come_in(work: Work, sheet: Sheet) -> None:
    """Record that the person takes part, as opening a link would have done; a link to what is
    signed now ends where nothing else waits."""
    engagement, party = sheet.engagement, sheet.party
    known = {event.kind for event in sheet.standing.events if event.subject_id == party.id}
    for kind in ("party.invited", "party.identified"):
        if kind not in known:
            note(work, engagement, kind, party.id, {"how": "paper"})
    if len(sheet.standing.waiting(party, work.now)) <= 1:
        revoke_all(work, engagement.practice_id, engagement.id, party.person_id)


def _sign(
    work: Work, sheet: Sheet, values: InkValues, scan: Scan, taken: CodeTaken
) -> Signature:
    ink = policy.Inked(
        party_id=sheet.party.id, slot_id=sheet.slot.slot_id, role=sheet.slot.role,
        meaning=sheet.slot.meaning, name=values.name.strip(), day=values.day,
        basis=values.basis, scan_sha256=scan.digest, scan_kind=scan.kind,
        recorded_by=taken.factor.person_id, code_step=taken.step, factor_id=taken.factor.id,
        passkey=taken.passkey,
    )
    return sign(work, sheet.engagement, sheet.facts, sheet.slot, policy.manifest(
        ink, sheet.shown, values.answers, version_hash=sheet.facts.hash,
        text_hash=shown_digest(sheet.shown), locale=sheet.row.locale,
        ledger_head=held_head(work, sheet.engagement.id), at=instant(work.now)))


def _keep(
    work: Work, sheet: Sheet, values: InkValues, scan: Scan, signature: Signature
) -> None:
    row = InkScan(
        id=chance.new_id(), practice_id=sheet.engagement.practice_id,
        engagement_id=sheet.engagement.id, version_id=sheet.facts.version_id,
        party_id=sheet.party.id, signature_id=signature.id, key_id=sheet.engagement.key_id,
        kind=scan.kind.value, size=len(scan.body), sha256=scan.digest, inked_on=values.day,
        basis=values.basis.value, recorded_by=work.actor.person_id if work.actor else "",
        recorded_at=work.now,
    )
    work.hide(row, "file", scan.body)
    work.session.flush()
    work.session.add(row)
    note(work, sheet.engagement, "ink.recorded", row.id,
         {"signature": signature.id, "party": sheet.party.id, "sha256": scan.digest,
          "kind": scan.kind.value, "day": values.day.isoformat(), "basis": values.basis.value})


def set_on_paper(work: Work, engagement: Engagement, party: Party) -> None:
    """Let somebody sign on paper: no link is sent any more, and one that is out ends."""
    if party.role == "COACH":
        raise Missing("party")
    if not party.on_paper:
        party.on_paper = True
        revoke_all(work, engagement.practice_id, engagement.id, party.person_id)
        note(work, engagement, "party.on_paper", party.id)


def set_by_link(work: Work, engagement: Engagement, party: Party) -> None:
    """Let somebody sign by a link after all, and send it if something waits.

    Raises `Missing` for somebody without an address: that has to be entered first.
    """
    if party.contact_point_id is None:
        raise Missing("address")
    if party.on_paper:
        party.on_paper = False
        note(work, engagement, "party.by_link", party.id)
        reissue(work, engagement, party)
