"""What is printed for a signer, and the scans that were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.agreements.queries import coachs_version, shown_text, standing_of_one, version_row
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.inking import policy
from portal.inking.models import InkScan
from portal.people.queries import contact_block, names_of, practice_or_missing
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import SlotFacts, VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.people.queries import ContactBlock


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold the frozen text of one version as one person signs it on paper."""

    engagement: Engagement
    standing: Standing
    facts: VersionFacts
    row: AgreementVersion
    party: Party
    slot: SlotFacts
    name: str
    shown: dict[str, Any]
    contact: ContactBlock

    @property
    def asks(self) -> Sequence[dict[str, Any]]:
        """Return what the person answers with a tick; nobody but the coachee is asked (Z15)."""
        return policy.asks_of(self.shown)

    @property
    def intent(self) -> str:
        """Return the sentence above the line to sign."""
        return policy.ink_intent(self.shown, self.slot.role)

    @property
    def reference(self) -> str:
        """Return what the paper and the form show, so that one can be held against the other."""
        letters = self.facts.hash[:12].upper()
        return " ".join(letters[at : at + 4] for at in range(0, 12, 4))

    @property
    def may_be_asked(self) -> bool:
        """Tell whether the coachee's yes to this person is recorded, where one is needed (Z6)."""
        return may_be_asked(ask_facts(self.party.id, self.party.role, self.standing.events))

    @property
    def waits(self) -> bool:
        """Tell whether the person has still to sign."""
        return self.facts.waits_for(self.party.id)

    @property
    def issued_on(self) -> date:
        """Return the day on which the text was frozen, in its own zone."""
        return self.facts.issued_at.astimezone(ZoneInfo(self.shown["zone"])).date()

    @property
    def starts(self) -> date:
        """Return the first day of the text, in its own zone."""
        return date.fromisoformat(self.shown["starts"])

    @property
    def ends(self) -> date:
        """Return the last day of the text."""
        return date.fromisoformat(self.shown["ends"])

    @property
    def sign_day(self) -> date:
        """Return the last day on which it can be signed."""
        return date.fromisoformat(self.shown["sign_by"])

    def ink_facts(self, name: str, day: date, basis: policy.Basis,
                  answers: dict[str, str]) -> policy.InkFacts:
        """Return what decides whether this paper can be recorded."""
        return policy.InkFacts(self.may_be_asked, name, day, basis, self.issued_on, self.asks,
                               answers)


def sheet_of(work: Work, engagement_id: str, version_id: str, party_id: str) -> Sheet:
    """Return the sheet of somebody who signs a version of the acting coach's engagement.

    Raises `Missing` for a version that another coach signed, for whoever is no signer of it, and
    for the coach, who signs with a code.
    """
    engagement = own_or_missing(work, engagement_id)
    standing = standing_of_one(work, engagement.id)
    parties = parties_of(work, [engagement.id])[engagement.id]
    facts = standing.own_version(version_id, coaching(engagement, parties))
    row, slot = version_row(work, version_id), facts.slot_of(party_id)
    party = next((p for p in parties if p.id == party_id), None)
    if slot is None or party is None or party.role == "COACH":
        raise Missing("sheet")
    practice = practice_or_missing(work, engagement.practice_id)
    return Sheet(
        engagement=engagement, standing=standing, facts=facts, row=row, party=party, slot=slot,
        name=names_of(work, [party.person_id])[party.person_id],
        shown=shown_text(work, row, slot.role), contact=contact_block(work, practice),
    )


@dataclass(frozen=True, slots=True)
class InkRecord:
    """Say how a signature came from paper into the portal: its level of evidence (Z26)."""

    scan_id: str
    day: date
    is_earlier: bool
    recorded_at: datetime


def inked(work: Work, version_ids: Iterable[str]) -> dict[tuple[str, str], InkRecord]:
    """Return the ink signatures of many versions, by version and party, with one query."""
    rows = work.session.execute(
        select(InkScan.version_id, InkScan.party_id, InkScan.id, InkScan.inked_on, InkScan.basis,
               InkScan.recorded_at).where(InkScan.version_id.in_(list(version_ids)))
    )
    return {(version_id, party_id): InkRecord(
        scan_id, day, basis == policy.Basis.EARLIER_PAPER, at)
        for version_id, party_id, scan_id, day, basis, at in rows}


def scan_or_missing(work: Work, engagement_id: str, scan_id: str) -> tuple[InkScan, bytes]:
    """Return a scan of the acting coach's engagement with its bytes, or raise `Missing`: also for
    one of a version that another coach signed."""
    engagement = own_or_missing(work, engagement_id)
    found = work.session.get(InkScan, scan_id)
    if found is None or found.engagement_id != engagement.id:
        raise Missing("scan")
    coachs_version(work, engagement, found.version_id)
    return found, work.reveal_bytes(found, "file")
