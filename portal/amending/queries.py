"""What is proposed, for those who may know of it: author, coach and coachee."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from portal.agreements.models import Agreement
from portal.agreements.policy import holds
from portal.agreements.queries import standing_of_one
from portal.amending import policy
from portal.amending.models import Amendment, AmendmentAnswer
from portal.amending.policy import ProposeFacts, Stands
from portal.engagements.models import Engagement, Party
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.ledger.models import Entry
from portal.ledger.queries import bodies_of
from portal.people.queries import names_of
from portal.plain.errors import Missing
from portal.wording.queries import template

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.ground.work import Work
    from portal.signing.queries import Seat


@dataclass(frozen=True, slots=True)
class Answered:
    """Hold what the coach answered, and when."""

    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold what somebody proposed, where it stands, and what was answered.

    `own` says that the reader wrote it; `number` is that of the version that came of it, or 0.
    """

    id: str
    agreement_id: str
    template_code: str
    title: str
    third: str
    name: str
    role: str
    words: str
    at: datetime
    state: str
    stands: Stands
    number: int
    answers: Sequence[Answered]
    own: bool

    @property
    def is_open(self) -> bool:
        """Tell whether something can still be said to it, or it can be taken back."""
        return self.state in policy.OPEN


@dataclass(frozen=True, slots=True)
class Waits:
    """Hold a proposal that waits for the coach's answer, as the board shows it."""

    id: str
    engagement_id: str
    template_code: str
    title: str
    coachee: str
    name: str
    at: datetime
    is_new: bool


def proposals_of(work: Work, engagement: Engagement, standing: Standing) -> list[Proposal]:
    """Return what was proposed to the present coach of an engagement, newest first."""
    parties = parties_of(work, [engagement.id])[engagement.id]
    rows = _rows(work, engagement.id, coaching(engagement, parties))
    return _proposals(work, engagement.id, standing, parties, rows, reader=None)


def own_proposal(work: Work, engagement_id: str, amendment_id: str) -> Proposal:
    """Return a proposal to the acting coach, or raise `Missing`."""
    engagement = own_or_missing(work, engagement_id)
    found = proposals_of(work, engagement, standing_of_one(work, engagement.id))
    return _one(found, amendment_id)


def proposals_for(work: Work, seat: Seat) -> list[Proposal]:
    """Return what the person in the seat may know of, newest first: their own proposals, and to
    the coachee those of everybody."""
    parties = parties_of(work, [seat.engagement.id])[seat.engagement.id]
    coachee = next(party.id for party in parties if party.role == "COACHEE")
    rows = [row for row in _rows(work, seat.engagement.id, {seat.coach_party.id})
            if policy.may_read(seat.party.id, author=row.party_id, coachee=coachee)]
    return _proposals(work, seat.engagement.id, seat.standing, parties, rows,
                      reader=seat.party.id)


def _rows(work: Work, engagement_id: str, coaches: Iterable[str]) -> list[Amendment]:
    """Return the proposals that were made to these coaches; what a coach begins is none."""
    return list(work.session.scalars(
        select(Amendment)
        .where(Amendment.engagement_id == engagement_id,
               Amendment.coach_party_id.in_(list(coaches)),
               Amendment.party_id != Amendment.coach_party_id)
        .order_by(Amendment.proposed_at.desc(), Amendment.id)))


def _proposals(
    work: Work, engagement_id: str, standing: Standing, parties: Sequence[Party],
    rows: Sequence[Amendment], reader: str | None,
) -> list[Proposal]:
    if not rows:
        return []
    answers: dict[str, list[Answered]] = defaultdict(list)
    for answer in work.session.scalars(
        select(AmendmentAnswer)
        .where(AmendmentAnswer.amendment_id.in_([row.id for row in rows]))
        .order_by(AmendmentAnswer.answered_at, AmendmentAnswer.id)
    ):
        answers[answer.amendment_id].append(
            Answered(work.reveal(answer, "words"), answer.answered_at))
    known = _Known(standing, {party.id: party for party in parties},
                   names_of(work, [party.person_id for party in parties]),
                   drafted_of(work, engagement_id), answers, reader)
    return [_proposal(work, row, known) for row in rows]


@dataclass(frozen=True, slots=True)
class _Known:
    """Hold what is read once for all proposals of an engagement."""

    standing: Standing
    parties: Mapping[str, Party]
    names: Mapping[str, str]
    drafted: Mapping[str, str]
    answers: Mapping[str, Sequence[Answered]]
    reader: str | None


def _proposal(work: Work, row: Amendment, known: _Known) -> Proposal:
    agreement, author = known.standing.agreements[row.agreement_id], known.parties[row.party_id]
    third = known.parties.get(agreement.party_id or "")
    version = _version(known.standing, known.drafted.get(row.id))
    about = (row.id, known.standing.events, version, work.now)
    return Proposal(
        row.id, agreement.id, agreement.template_code, template(agreement.template_code).name,
        known.names[third.person_id] if third is not None else "",
        known.names[author.person_id], author.role, work.reveal(row, "words"), row.proposed_at,
        policy.state(*about), policy.stands(*about),
        version.number if version is not None else 0, known.answers.get(row.id, ()),
        own=row.party_id == known.reader)


def _version(standing: Standing, version_id: str | None) -> VersionFacts | None:
    return next((v for v in standing.versions if v.version_id == version_id), None)


def drafted_of(work: Work, engagement_id: str) -> dict[str, str]:
    """Return which version came of each amendment of an engagement, by their ids."""
    return {line.subject_id: line.facts["version"]
            for line in bodies_of(work, engagement_id, ("amendment.drafted",))}


def _one(found: Iterable[Proposal], amendment_id: str) -> Proposal:
    for proposal in found:
        if proposal.id == amendment_id:
            return proposal
    raise Missing("proposal")


def may_draft(work: Work, standing: Standing, agreement_id: str) -> bool:
    """Tell whether a next version can be drafted: the newest text is in force, and not an addendum
    for one session."""
    agreement, newest = standing.agreements.get(agreement_id), standing.newest(agreement_id)
    return (agreement is not None and newest is not None and agreement.session_id is None
            and agreement.id not in standing.dropped and holds(newest, work.now))


def propose_facts(work: Work, seat: Seat, facts: VersionFacts) -> ProposeFacts:
    """Return what decides whether the person in the seat can propose a change of a text now."""
    mine = [one for one in proposals_for(work, seat)
            if one.own and one.agreement_id == facts.agreement_id]
    return ProposeFacts(facts, seat.party.id, seat.party.role == "COACHEE",
                        any(one.is_open for one in mine))


def waiting_for(work: Work, coach_id: str) -> list[Waits]:
    """Return the proposals that wait for a coach's answer in all of their engagements, oldest
    first: nothing of what is in them. Asks the same few questions however many there are."""
    closed = exists().where(Entry.chain_id == Amendment.engagement_id,
                            Entry.subject_id == Amendment.id,
                            Entry.kind.in_(policy.ANSWERED))
    rows = work.session.execute(
        select(Amendment, Engagement, Party)
        .join(Engagement, Engagement.id == Amendment.engagement_id)
        .join(Party, Party.id == Amendment.coach_party_id)
        .where(Engagement.coach_id == coach_id, Party.person_id == coach_id,
               Amendment.party_id != Amendment.coach_party_id, ~closed)
        .order_by(Amendment.proposed_at, Amendment.id)).all()
    if not rows:
        return []
    return _waiting(work, [(row[0], row[1]) for row in rows])


def _waiting(work: Work, every: Sequence[tuple[Amendment, Engagement]]) -> list[Waits]:
    work.vault.fetch(engagement.key_id for _row, engagement in every)
    rows = [(row, one) for row, one in every if not work.vault.is_gone(one.key_id)]
    ids = list({row.engagement_id for row, _engagement in rows})
    parties = {party.id: party for own in parties_of(work, ids).values() for party in own}
    names = names_of(work, [party.person_id for party in parties.values()])
    coachees = {party.engagement_id: names[party.person_id] for party in parties.values()
                if party.role == "COACHEE"}
    codes = {row.id: row.template_code for row in work.session.scalars(
        select(Agreement).where(Agreement.id.in_([row.agreement_id for row, _e in rows])))}
    talked = set(work.session.scalars(
        select(Entry.subject_id).where(Entry.chain_id.in_(ids),
                                       Entry.kind == "amendment.discussed")))
    return [Waits(row.id, row.engagement_id, codes[row.agreement_id],
                  work.reveal(engagement, "title"), coachees[row.engagement_id],
                  names[parties[row.party_id].person_id], row.proposed_at,
                  is_new=row.id not in talked) for row, engagement in rows]
