"""What the coach's pages show, read with few queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of
from portal.engagements.policy import Mandatory, engagement_state
from portal.engagements.queries import coaching, of_coach, own_or_missing, parties_of
from portal.evidence.queries import Paper, newest_paper, papers_of
from portal.links.queries import of_engagements
from portal.notices.queries import Posted, posted
from portal.people.queries import names_of
from portal.reaching.policy import Word, seen_outside, word

if TYPE_CHECKING:
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.ledger.policy import Event
    from portal.links.models import Invitation


@dataclass(frozen=True, slots=True)
class Request:
    """Say where the request to one party stands."""

    party_id: str
    name: str
    role: str
    word: Word
    since: datetime
    signed_at: datetime | None
    needs_vouching: bool
    vouched_at: datetime | None
    wrong_person: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold one engagement as its coach sees it."""

    id: str
    title: str
    coachee: str
    state: str
    version_id: str | None
    number: int
    word: str
    sign_by: datetime | None
    until: datetime | None
    starts: datetime | None
    requests: Sequence[Request]
    papers: Sequence[Paper]
    troubles: Sequence[Posted]
    sealing: bool

    @property
    def signed(self) -> int:
        """Return how many of the required signatures are there."""
        return sum(r.signed_at is not None for r in self.requests)

    @property
    def missing(self) -> int:
        """Return how many signatures are missing while the text is open."""
        return len(self.requests) - self.signed if self.word == "open" else 0

    @property
    def sign_day(self) -> datetime | None:
        """Return an instant of the last day to sign; the deadline is the midnight after it."""
        return self.sign_by - timedelta(seconds=1) if self.sign_by else None

    @property
    def waits_for_voice(self) -> bool:
        """Tell whether only the coach's voice check is missing."""
        return self.word == "held" and any(
            r.needs_vouching and r.vouched_at is None for r in self.requests)

    def common(self) -> Paper | None:
        """Return the paper that goes to everyone."""
        return newest_paper(list(self.papers), "common")

    def coachee_paper(self) -> Paper | None:
        """Return the paper of coachee and coach."""
        return newest_paper(list(self.papers), "coachee")


def sheets_of_coach(work: Work) -> list[Sheet]:
    """Return all engagements of the acting coach, with a constant number of queries."""
    actor = work.actor
    if actor is None:
        return []
    return _sheets(work, of_coach(work, actor.practice_id, actor.person_id))


def sheet_of(work: Work, engagement_id: str) -> Sheet:
    """Return one engagement of the acting coach, or raise `Missing`."""
    return _sheets(work, [own_or_missing(work, engagement_id)])[0]


def _sheets(work: Work, engagements: list[Engagement]) -> list[Sheet]:
    ids = [engagement.id for engagement in engagements]
    standing, parties = standing_of(work, ids), parties_of(work, ids)
    names = names_of(work, [p.person_id for ps in parties.values() for p in ps])
    work.vault.fetch(engagement.key_id for engagement in engagements)
    mails, invitations = posted(work, ids), of_engagements(work, ids)
    # What another coach had signed before this one stays closed to them.
    newest = {e.id: _coachees_own(standing[e.id], coaching(e, parties[e.id]))
              for e in engagements}
    papers = papers_of(work, [v.version_id for v in newest.values() if v is not None])
    return [
        _sheet(work, e, _Found(
            standing[e.id], parties[e.id], mails[e.id],
            [i for i in invitations if i.engagement_id == e.id], facts := newest[e.id],
            papers[facts.version_id] if facts else []), names)
        for e in engagements
    ]


def _coachees_own(standing: Standing, coach: Collection[str]) -> VersionFacts | None:
    """Return the newest version of the terms that coach and coachee sign alone."""
    own = [v for v in standing.signed_by(coach)
           if standing.agreements[v.agreement_id].party_id is None]
    return own[-1] if own else None


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what was read about one engagement."""

    standing: Standing
    parties: list[Party]
    mails: list[Posted]
    invitations: list[Invitation]
    facts: VersionFacts | None
    papers: list[Paper]


def _sheet(work: Work, engagement: Engagement, found: _Found, names: dict[str, str]) -> Sheet:
    now, facts, standing, parties = work.now, found.facts, found.standing, found.parties
    coachee = next((p for p in parties if p.role == "COACHEE"), parties[0])
    state = engagement_state(engagement.id, standing.events,
                             Mandatory(standing.mandatory_spans(now)), now)
    spoken = "draft" if facts is None else seen_outside(facts, now)
    return Sheet(
        id=engagement.id, title=work.reveal(engagement, "title"),
        coachee=names[coachee.person_id], state=state,
        version_id=facts.version_id if facts else None, number=facts.number if facts else 0,
        word=spoken, sign_by=facts.sign_by if facts else None,
        until=facts.valid_to - timedelta(seconds=1) if facts else None,
        starts=facts.effective_from if facts else None,
        requests=[_request(p, names, facts, found.invitations, standing.events)
                  for p in parties if facts.slot_of(p.id)] if facts else [],
        papers=found.papers,
        troubles=[m for m in found.mails if _is_trouble(m, found.invitations, standing)],
        sealing=any(m.topic == "seal" and m.settled_at is None for m in found.mails),
    )


def _is_trouble(mail: Posted, invitations: list[Invitation], standing: Standing) -> bool:
    """Tell whether a notice is in trouble that still matters: a newer link or a corrected
    address settles what became of the older mail."""
    newest = {i.person_id: i.id for i in invitations}
    if mail.subject_id in {i.id for i in invitations} - set(newest.values()):
        return False
    if mail.settled_at is None:
        return mail.trouble is not None
    corrected = any(e.kind == "party.address_changed" and e.at > mail.created_at
                    for e in standing.events)
    return mail.settled_as in ("bounced", "given_up") and not corrected


def _request(
    party: Party, names: dict[str, str], facts: VersionFacts, invitations: list[Invitation],
    events: list[Event],
) -> Request:
    slot = next(s for s in facts.slots if s.party_id == party.id)
    signed = next((s.at for s in facts.signed if s.slot_id == slot.slot_id), None)
    own = [i.id for i in invitations if i.person_id == party.person_id
           and i.issued_at >= facts.issued_at]
    told = [e for e in events if e.at >= facts.issued_at
            and (e.subject_id in own or e.subject_id == party.id)]
    spoken, since = word(told, facts.issued_at, signed)
    return Request(
        party_id=party.id, name=names[party.person_id], role=party.role, word=spoken,
        since=since, signed_at=signed, needs_vouching=slot.vouching,
        vouched_at=facts.vouched.get(party.id),
        wrong_person=any(e.kind == "invitation.not_me" and e.subject_id == own[-1]
                         for e in told),
    )
