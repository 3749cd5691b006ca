"""What a party's own pages show: what they signed, what became of it, and their papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from portal.agreements import policy as agreements
from portal.agreements.queries import manifests_of, shown_text, version_row
from portal.evidence.queries import Paper, papers_of
from portal.wording.policy import add_months

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Agreed:
    """Hold one line as its person sees it under "My consents"."""

    number: int
    sentence: str
    effect: str
    optional: bool
    choice: str | None
    state: str
    heading: str
    recipients: Sequence[dict[str, str]]
    form: str | None
    ends: date | None


@dataclass(frozen=True, slots=True)
class Own:
    """Hold a version that the person in the seat signed or is asked to sign."""

    version_id: str
    title: str
    number: int
    state: str
    signed_at: datetime | None
    review_months: int
    reference: str
    lines: Sequence[Agreed]
    papers: Sequence[Paper]
    needs_vouching: bool
    vouch_before: datetime | None
    in_force_since: datetime | None
    shown: dict[str, Any]

    @property
    def first_day(self) -> date:
        """Return the first day of the version, in the time zone of its text."""
        return date.fromisoformat(self.shown["starts"])

    @property
    def last_day(self) -> date:
        """Return the last day of the version, in the time zone of its text."""
        return date.fromisoformat(self.shown["ends"])

    @property
    def review_by(self) -> date:
        """Return the day by which it is looked at again for the first time."""
        return add_months(self.first_day, self.review_months)


def own_versions(work: Work, seat: Seat) -> list[Own]:
    """Return what the person in the seat signed, newest first."""
    found = [facts for facts in reversed(seat.standing.versions)
             if any(s.party_id == seat.party.id for s in facts.slots)]
    papers = papers_of(work, [facts.version_id for facts in found])
    return [own_version(work, seat, facts, papers[facts.version_id]) for facts in found
            if _signed_at(facts, seat.party.id) is not None]


def _signed_at(facts: VersionFacts, party_id: str) -> datetime | None:
    slots = {s.slot_id for s in facts.slots if s.party_id == party_id}
    return next((s.at for s in facts.signed if s.slot_id in slots), None)


def own_version(work: Work, seat: Seat, facts: VersionFacts, papers: list[Paper]) -> Own:
    """Return one version as the person in the seat may see it: own choices, own papers (Z1)."""
    row = version_row(work, facts.version_id)
    shown = shown_text(work, row, seat.party.role)
    manifest = manifests_of(work, facts.version_id).get(seat.party.id)
    choices = manifest["choices"] if manifest else {}
    slot = next(s for s in facts.slots if s.party_id == seat.party.id)
    headings = {ask["line"]: ask["heading"] for page in shown["pages"] for ask in page["asks"]}
    edition = {"coachee"} if seat.party.role in ("COACHEE", "COACH") else set()
    return Own(
        version_id=facts.version_id, title=shown["title"], number=facts.number,
        state=agreements.state(facts, work.now), signed_at=_signed_at(facts, seat.party.id),
        review_months=row.review_months, reference=facts.hash[:12].upper(),
        lines=[_agreed(line, headings.get(line["number"]), choices, facts, work.now)
               for line in shown["lines"]],
        papers=[p for p in papers if p.edition in edition | {"common"}],
        needs_vouching=slot.vouching, shown=shown, in_force_since=facts.force_at(),
        vouch_before=facts.vouch_by(),
    )


def _agreed(
    line: dict[str, Any], heading: str | None, choices: dict[str, str], facts: VersionFacts,
    now: datetime,
) -> Agreed:
    choice = choices.get(str(line["number"]))
    state = agreements.line_state(
        agreements.LineFacts(line["number"], line["optional"], facts.valid_to, choice == "yes"),
        facts, now) if line["effect"] == "permit" else "ACTIVE"
    return Agreed(line["number"], line["sentence"], line["effect"], line["optional"], choice,
                  state, heading or line["sentence"], line["recipients"], line["form"],
                  date.fromisoformat(line["ends"]) if line["ends"] else None)
