"""What a party's own pages show: what they signed, what became of it, and their papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from portal.agreements import policy as agreements
from portal.agreements.queries import choices_of, shown_text, version_rows
from portal.desk.policy import ALIVE, Spoken, spoken
from portal.desk.queries.text import Signed, signed_by
from portal.evidence.policy.editions import SIGNED
from portal.evidence.queries import Paper, papers_of
from portal.inking.queries import InkRecord, inked
from portal.notices.queries import late_seals
from portal.plain.days import end_of
from portal.sessions.queries import is_out
from portal.signing.policy import third_name
from portal.wording.policy import add_months

if TYPE_CHECKING:
    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import VersionFacts, Withdrawn
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Agreed:
    """Hold one line, in the one sentence that everybody reads.

    What was chosen and what became of it is known to the coachee's pages alone: for everybody
    else both are None, whatever the truth is (INV-16).
    """

    number: int
    sentence: str
    effect: str
    optional: bool
    heading: str
    recipients: Sequence[dict[str, str]]
    form: str | None
    ends: date | None
    choice: str | None = None
    state: str | None = None
    taken: Sequence[Withdrawn] = ()

    @property
    def taken_at(self) -> datetime | None:
        """Return when the last of it was taken back, or a part of it, or None."""
        return self.taken[-1].at if self.taken else None


@dataclass(frozen=True, slots=True)
class Own:
    """Hold a version that the person in the seat signed; `ink` says how that came from paper, if
    it did.

    `signed` are all signatures, once everyone has signed. `replaced` says that a newer version
    came into force, whatever had become of this one before: everyone who signs knows as much.
    """

    version_id: str
    title: str
    third: str
    number: int
    word: Spoken
    signed_at: datetime | None
    review_months: int
    reference: str
    lines: Sequence[Agreed]
    papers: Sequence[Paper]
    needs_vouching: bool
    vouch_before: datetime | None
    in_force_since: datetime | None
    taken: Withdrawn | None
    disputed: bool
    shown: dict[str, Any]
    ink: InkRecord | None
    signed: Sequence[Signed]
    replaced: bool
    seal_late: bool = False
    """Whether sealing was tried, and has to be tried again."""

    @property
    def is_alive(self) -> bool:
        """Tell whether it holds, or may still come to hold."""
        return self.word in ALIVE

    @property
    def first_day(self) -> date:
        """Return the first day of the version, in the time zone of its text."""
        return date.fromisoformat(self.shown["starts"])

    @property
    def last_day(self) -> date:
        """Return the last day of the version, in the time zone of its text."""
        return date.fromisoformat(self.shown["ends"])

    @property
    def review_by(self) -> date | None:
        """Return the day by which it is looked at again for the first time, if it is."""
        return add_months(self.first_day, self.review_months) if self.review_months else None


def own_versions(work: Work, seat: Seat) -> list[Own]:
    """Return what the person in the seat signed, in the order of reading."""
    found = sorted((facts for facts in seat.standing.versions
                    if facts.signed_at(seat.party.id) is not None),
                   key=lambda v: seat.standing.agreements[v.agreement_id].template_code)
    return own_of(work, seat, found)


def own_of(work: Work, seat: Seat, found: Sequence[VersionFacts]) -> list[Own]:
    """Return versions as the person in the seat may see them: own choices, own papers (Z1).

    Asks as many questions for five versions as for one.
    """
    ids, own = [facts.version_id for facts in found], seat.party.id
    rows, papers, ink = version_rows(work, ids), papers_of(work, ids), inked(work, ids)
    choices = choices_of(work, own, ids) if seat.party.role == "COACHEE" else {}
    out = seat.party.role != "COACHEE" and is_out(work, seat.standing, own)
    late = late_seals(work, ids, SIGNED)
    return [replace(
        _own(work, seat, facts, rows[facts.version_id], choices.get(facts.version_id, {}),
             papers[facts.version_id], ink, out=out),
        seal_late=facts.version_id in late) for facts in found]


def _own(
    work: Work, seat: Seat, facts: VersionFacts, row: AgreementVersion, choices: dict[str, str],
    papers: list[Paper], ink: Mapping[tuple[str, str], InkRecord], *, out: bool,
) -> Own:
    shown = shown_text(work, row, seat.party.role)
    coachee = seat.party.role == "COACHEE"
    slot = next(s for s in facts.slots if s.party_id == seat.party.id)
    known = facts if coachee else agreements.as_others_know(facts)
    held = agreements.in_force_spans(known, work.now)
    # How somebody else signed is between them and the coach.
    own_ink = {key: one for key, one in ink.items() if key[1] == slot.party_id}
    return Own(
        version_id=facts.version_id, title=shown["title"],
        third=third_name(facts.slots, shown["names"]) if coachee else "",
        number=facts.number, word=_word(seat, facts, work.now, out=out),
        signed_at=facts.signed_at(seat.party.id), review_months=row.review_months,
        reference=facts.hash[:12].upper(), lines=_lines(work, seat, facts, shown, choices),
        papers=[p for p in papers if coachee or p.edition == "common"],
        needs_vouching=slot.vouching, shown=shown,
        ink=own_ink.get((facts.version_id, slot.party_id)),
        signed=signed_by(facts, shown["names"], own_ink) if facts.complete_at() else (),
        replaced=_is_replaced(seat, facts, work.now), vouch_before=facts.vouch_by(),
        in_force_since=held[0][0] if held else None, taken=facts.taken_whole(seat.party.id),
        disputed=facts.disputed_by(seat.party.id, work.now),
    )


def _is_replaced(seat: Seat, facts: VersionFacts, now: datetime) -> bool:
    return any(other.agreement_id == facts.agreement_id and other.number > facts.number
               and agreements.in_force_spans(other, now) for other in seat.standing.versions)


def _word(seat: Seat, facts: VersionFacts, now: datetime, *, out: bool) -> Spoken:
    """Return the word for a version; to whoever took it back or stepped out it has ended."""
    if out or facts.taken_whole(seat.party.id) is not None:
        return Spoken.ENDED
    return spoken(facts, now, coachee=seat.party.role == "COACHEE")


def _lines(
    work: Work, seat: Seat, facts: VersionFacts, shown: dict[str, Any], choices: dict[str, str]
) -> list[Agreed]:
    headings = {ask["line"]: ask["heading"] for page in shown["pages"] for ask in page["asks"]}
    offered = [Agreed(line["number"], line["sentence"], line["effect"], line["optional"],
                      headings.get(line["number"], line["sentence"]), line["recipients"],
                      line["form"], date.fromisoformat(line["ends"]) if line["ends"] else None)
               for line in shown["lines"]]
    about = {line["number"]: line["categories"] for line in shown["lines"]}
    if seat.party.role != "COACHEE":
        return offered
    return [_chosen(line, choices.get(str(line.number)), about[line.number], facts, shown["zone"],
                    work.now) for line in offered]


def _asleep(line: Agreed, facts: VersionFacts, now: datetime) -> bool:
    """Tell whether whoever would receive it was silent at a review, or says that the signature is
    not theirs (Z14)."""
    roles = {who["role"] for who in line.recipients}
    return any(slot.role in roles and agreements.sleeps_for(facts, slot.party_id, now)
               for slot in facts.slots)


def _chosen(
    line: Agreed, choice: str | None, categories: Sequence[str], facts: VersionFacts, zone: str,
    now: datetime,
) -> Agreed:
    if line.effect != "permit":
        return replace(line, choice=choice, state="ACTIVE")
    taken = facts.line_taken_at(line.number, categories)
    ends = facts.valid_to if line.ends is None else min(end_of(line.ends, zone), facts.valid_to)
    state = agreements.line_state(agreements.LineFacts(
        line.number, line.optional, ends, choice == "yes", taken,
        asleep=_asleep(line, facts, now)), facts, now)
    return replace(line, choice=choice, state="WITHDRAWN" if taken is not None else state,
                   taken=facts.taken_from(line.number))
