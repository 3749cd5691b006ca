"""What is known of hand-overs: for the coach, for the owner, and for the coachee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.agreements.queries import Standing, shown_text, standing_of, version_row
from portal.engagements.models import Engagement
from portal.engagements.policy import Mandatory, engagement_state
from portal.engagements.queries import of_coach, own_or_missing, parties_of
from portal.factors.queries import live_factor
from portal.handing import policy
from portal.handing.models import HandOver
from portal.handing.policy import ProposalFacts, Word
from portal.ledger.queries import events_of
from portal.people.models import Account
from portal.people.policy import Role
from portal.people.queries import Member, can_coach, members_of, names_of
from portal.plain.errors import Missing
from portal.sessions.queries import is_out

if TYPE_CHECKING:
    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Running:
    """Hold an engagement that needs a coach, as an owner may see it: no word of what is in it."""

    id: str
    title: str
    coachee: str
    coach: str
    word: Word | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold where the newest proposal stands, in the words of whoever made it."""

    colleague: str
    word: Word
    proposed_at: datetime
    answer_by: datetime
    wants_talk: bool

    @property
    def last_day(self) -> datetime:
        """Return an instant of the last day on which it can be answered."""
        return self.answer_by - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Handing:
    """Hold what the page of a proposal shows to the coach or the owner."""

    engagement: Engagement
    title: str
    coachee: str
    coach: str
    colleagues: Sequence[Member]
    last: Proposal | None
    facts: ProposalFacts


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what a coachee is asked, and everything that a yes would change."""

    coach: str
    colleague: str
    proposer: str
    coach_sees_states: bool
    answer_by: datetime
    ending: Sequence[str]
    others: Sequence[str]

    @property
    def last_day(self) -> datetime:
        """Return an instant of the last day on which it can be answered."""
        return self.answer_by - timedelta(seconds=1)


def newest(work: Work, engagement_ids: Sequence[str]) -> dict[str, HandOver]:
    """Return the newest proposal of each engagement that has one, with one query."""
    rows = work.session.scalars(
        select(HandOver).where(HandOver.engagement_id.in_(engagement_ids))
        .order_by(HandOver.proposed_at, HandOver.id)
    )
    return {row.engagement_id: row for row in rows}


def open_one(work: Work, engagement_id: str) -> HandOver | None:
    """Return the proposal that the coachee can answer now, or None: a colleague who has left
    the practice meanwhile cannot take over."""
    row = newest(work, [engagement_id]).get(engagement_id)
    if row is None or not can_coach(work, row.practice_id, row.to_person_id):
        return None
    events = events_of(work, [engagement_id])[engagement_id]
    return row if policy.state(row.id, row.answer_by, events, work.now) == "PROPOSED" else None


def to_hand_over(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement that the acting person may hand over: their own, or, for an owner, one
    whose coach's account has ended. Anything else does not exist (Z5)."""
    try:
        return own_or_missing(work, engagement_id)
    except Missing:
        actor, found = work.actor, work.session.get(Engagement, engagement_id)
        if (actor is None or actor.role != Role.OWNER or found is None
                or found.practice_id != actor.practice_id
                or found.coach_id not in _ended_people(work, actor.practice_id)):
            raise
        return found


def handing_of(work: Work, engagement: Engagement) -> Handing:
    """Return what a coach or an owner sees before and after proposing."""
    row = newest(work, [engagement.id]).get(engagement.id)
    coachee = coachee_of(work, engagement)
    wanted = [coachee.person_id, engagement.coach_id, *([row.to_person_id] if row else [])]
    names = names_of(work, wanted)
    last = _proposal(work, row, names) if row else None
    return Handing(
        engagement=engagement, title=work.reveal(engagement, "title"),
        coachee=names[coachee.person_id], coach=names[engagement.coach_id],
        colleagues=colleagues_of(work, engagement), last=last,
        facts=ProposalFacts(_can_answer(work, coachee), last.word if last else None,
                            is_colleague=True))


def _proposal(work: Work, row: HandOver, names: dict[str, str]) -> Proposal:
    events = events_of(work, [row.engagement_id])[row.engagement_id]
    spoken = policy.word(row.id, row.answer_by, events, work.now)
    return Proposal(
        names[row.to_person_id], spoken, row.proposed_at, row.answer_by,
        wants_talk=spoken is Word.ASKED and any(
            e.kind == "hand_over.talk_wanted" and e.subject_id == row.id for e in events))


def proposal_facts(work: Work, engagement: Engagement, person_id: str) -> ProposalFacts:
    """Return what decides whether this colleague can be proposed to the coachee now."""
    known = handing_of(work, engagement)
    return ProposalFacts(known.facts.can_answer, known.facts.last,
                         any(one.person_id == person_id for one in known.colleagues))


def colleagues_of(work: Work, engagement: Engagement) -> list[Member]:
    """Return who of the practice could take an engagement over."""
    return [member for member in members_of(work, engagement.practice_id)
            if member.role is not Role.HELPER and member.person_id != engagement.coach_id]


def coachee_of(work: Work, engagement: Engagement) -> Party:
    """Return the party that the coachee is."""
    return next(party for party in parties_of(work, [engagement.id])[engagement.id]
                if party.role == "COACHEE")


def _can_answer(work: Work, coachee: Party) -> bool:
    return (coachee.contact_point_id is not None and not coachee.on_paper
            and live_factor(work, coachee.person_id) is not None)


def asked(work: Work, seat: Seat) -> Asked | None:
    """Return what the coachee in the seat is asked about their coach, or None."""
    row = open_one(work, seat.engagement.id) if seat.party.role == "COACHEE" else None
    if row is None:
        return None
    ending = [facts for facts in seat.standing.versions
              if facts.slot_of(seat.coach_party.id) is not None and policy.lives(facts, work.now)]
    others = _others(work, seat)
    names = names_of(work, [row.to_person_id, row.proposed_by, *(p.person_id for p in others)])
    return Asked(
        coach=seat.coach_name, colleague=names[row.to_person_id], proposer=names[row.proposed_by],
        coach_sees_states=any(member.person_id == seat.coach.id and member.role is Role.OWNER
                              for member in members_of(work, seat.practice.id)),
        answer_by=row.answer_by, others=[names[party.person_id] for party in others],
        ending=[shown_text(work, version_row(work, facts.version_id), "COACHEE")["title"]
                for facts in ending])


def _others(work: Work, seat: Seat) -> list[Party]:
    """Return who else takes part: the new coach would see that they do."""
    return [party for party in parties_of(work, [seat.engagement.id])[seat.engagement.id]
            if party.role not in ("COACH", "COACHEE")
            and not is_out(work, seat.standing, party.id)]


def running_of(work: Work, practice_id: str, person_id: str) -> list[Running]:
    """Return the engagements of one coach that still need them."""
    return _running(work, of_coach(work, practice_id, person_id))


def without_coach(work: Work, practice_id: str) -> list[Running]:
    """Return the engagements of a practice whose coach's account has ended."""
    return _running(work, list(work.session.scalars(
        select(Engagement)
        .where(Engagement.practice_id == practice_id,
               Engagement.coach_id.in_(_ended_people(work, practice_id)))
        .order_by(Engagement.created_at, Engagement.id))))


def _ended_people(work: Work, practice_id: str) -> list[str]:
    return list(work.session.scalars(
        select(Account.person_id).where(Account.practice_id == practice_id,
                                        Account.closed_at.is_not(None))))


def _running(work: Work, every: list[Engagement]) -> list[Running]:
    work.vault.fetch(engagement.key_id for engagement in every)
    engagements = [one for one in every if not work.vault.is_gone(one.key_id)]
    ids = [engagement.id for engagement in engagements]
    standing, parties, rows = standing_of(work, ids), parties_of(work, ids), newest(work, ids)
    names = names_of(work, [p.person_id for some in parties.values() for p in some])
    found = []
    for one in engagements:
        if is_running(standing[one.id], one.id, work.now):
            coachee = next(p for p in parties[one.id] if p.role == "COACHEE")
            row = rows.get(one.id)
            found.append(Running(
                one.id, work.reveal(one, "title"), names[coachee.person_id],
                names[one.coach_id], policy.word(
                    row.id, row.answer_by, standing[one.id].events, work.now) if row else None))
    return found


def is_running(standing: Standing, engagement_id: str, now: datetime) -> bool:
    """Tell whether an engagement still needs its coach."""
    state = engagement_state(engagement_id, standing.events,
                             Mandatory(standing.mandatory_spans(now)), now)
    return policy.runs(state, standing.versions, now)
