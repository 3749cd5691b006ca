"""Reading what is to be looked at again, for whoever may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.models import CalledReview
from portal.agreements.policy import GIVES, Answer, Kind, Review, VersionFacts, reviews
from portal.agreements.queries import shown_text, standing_of_one, version_rows
from portal.engagements.queries import coach_of, parties_of
from portal.people.queries import names_of
from portal.reviews.policy import asked, checks_now, said, stands_for, state_of, waits_for
from portal.signing.policy import third_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.agreements.models import AgreementVersion
    from portal.agreements.policy import SlotFacts
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Said:
    """Hold what one of those who were asked said, or that they have not."""

    party_id: str
    role: str
    name: str
    answer: Answer | None
    on_paper: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Hold one review of a text as its reader may know it: `said` is what each answered since it
    was opened, to coach and coachee alone, and `mine` the reader's own. `waits` says that the
    reader is asked.

    `state` is the machine's word, empty for everybody else; `reason` is why the coach called for
    it, for coach and coachee alone. `yes` are the sentences that let something be shared.
    """

    facts: VersionFacts
    review: Review
    title: str
    third: str
    zone: str
    waits: bool
    mine: Answer | None
    said: Sequence[Said] = ()
    state: str = ""
    reason: str = ""
    yes: Sequence[str] = ()

    @property
    def id(self) -> str:
        """Return the id of the text."""
        return self.facts.version_id

    @property
    def is_called(self) -> bool:
        """Tell whether the coach called for it."""
        return self.review.kind is Kind.EVENT


@dataclass(frozen=True, slots=True)
class _Reader:
    party: Party
    parties: Sequence[Party]


def own_looks(work: Work, seat: Seat) -> list[Look]:
    """Return the reviews that are open for the person in the seat, those that wait first: of each
    text that stands for them the newest one that was opened."""
    parties = parties_of(work, [seat.engagement.id])[seat.engagement.id]
    found = [facts for facts in seat.standing.versions
             if facts.signed_at(seat.party.id) is not None]
    return _looks(work, _Reader(seat.party, parties), found)


def next_check(work: Work, seat: Seat) -> VersionFacts | None:
    """Return the text about which the person in the seat is asked whether it is still fine."""
    waits = checks_now(seat.standing.versions, seat.party.id, seat.party.role,
                       seat.standing.events, work.now)
    return waits[0][0] if waits else None


def coach_looks(work: Work, engagement: Engagement) -> list[Look]:
    """Return the newest review of each text that the present coach signed and that stands, opened
    or to come."""
    parties, own = parties_of(work, [engagement.id])[engagement.id], coach_of(work, engagement)
    standing = standing_of_one(work, engagement.id)
    return _looks(work, _Reader(own, parties), standing.signed_by({own.id}), ahead=True)


def coachee_name(work: Work, engagement: Engagement) -> str:
    """Return the name of who is coached in an engagement."""
    person_id = next(party.person_id for party in parties_of(work, [engagement.id])[engagement.id]
                     if party.role == "COACHEE")
    return names_of(work, [person_id])[person_id]


def _looks(
    work: Work, reader: _Reader, versions: Sequence[VersionFacts], *, ahead: bool = False
) -> list[Look]:
    standing = [facts for facts in versions if stands_for(facts, reader.party.role, work.now)]
    picked = {facts.version_id: review for facts in standing
              if (review := _newest(work, facts, reader, ahead=ahead)) is not None}
    rows = version_rows(work, picked)
    reasons = _reasons(work, picked.values()) if reader.party.role in GIVES else {}
    found = [_look(work, reader, facts, picked[facts.version_id], rows[facts.version_id], reasons)
             for facts in standing if facts.version_id in picked]
    return sorted(found, key=lambda look: (not look.waits, look.review.due_at))


def _newest(
    work: Work, facts: VersionFacts, reader: _Reader, *, ahead: bool
) -> Review | None:
    """Return the review that waits for the reader, or the newest opened one; where the reader looks
    ahead, the next one as soon as nobody can answer that any more."""
    slot = facts.slot_of(reader.party.id)
    if slot is None:
        return None
    if (waiting := waits_for(facts, slot, work.now)) is not None:
        return waiting
    mine = [review for review in reviews(facts) if review.asks_of(slot)]
    opened = [review for review in mine if review.opens_at <= work.now]
    if opened and (not ahead or work.now < opened[-1].grace_until or any(
            waits_for(facts, one, work.now) == opened[-1] for one in asked(facts, opened[-1]))):
        return opened[-1]
    to_come = [review for review in mine if review.opens_at > work.now]
    return to_come[0] if ahead and to_come else opened[-1] if opened else None


def _look(
    work: Work, reader: _Reader, facts: VersionFacts, review: Review, row: AgreementVersion,
    reasons: dict[str, str],
) -> Look:
    party, knows = reader.party, reader.party.role in GIVES
    shown = shown_text(work, row, party.role)
    slot = facts.slot_of(party.id)
    paper = {one.id for one in reader.parties if one.on_paper}
    names = shown["names"]
    return Look(
        facts=facts, review=review, title=shown["title"], zone=row.timezone,
        third=third_name(facts.slots, names) if knows else "",
        waits=slot is not None and waits_for(facts, slot, work.now) == review,
        mine=said(facts, review, party.id, work.now),
        said=[Said(one.party_id, one.role, names[one.role],
                   said(facts, review, one.party_id, work.now), one.party_id in paper)
              for one in sorted(asked(facts, review), key=_place)]
        if knows and review.opens_at <= work.now else (),
        state=state_of(facts, review, work.now) if knows else "",
        reason=reasons.get(review.key, ""),
        yes=[line["sentence"] for line in shown["lines"] if line["effect"] == "permit"])


def _place(slot: SlotFacts) -> int:
    """Return where somebody stands in a list: coachee and coach first, as on every page."""
    return {"COACHEE": 0, "COACH": 1}.get(slot.role, 2)


def _reasons(work: Work, found: Iterable[Review]) -> dict[str, str]:
    keys = [review.key for review in found if review.kind is Kind.EVENT]
    if not keys:
        return {}
    return {row.id: work.reveal(row, "reason") for row in work.session.scalars(
        select(CalledReview).where(CalledReview.id.in_(keys)))}
