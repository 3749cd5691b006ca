"""Proposing a change, answering it, and beginning the next version."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.agreements.actions import put_away, reopen_draft, save_draft
from portal.agreements.queries import Kept, drafts_of, standing_of_one, version_row
from portal.amending import policy
from portal.amending.models import Amendment, AmendmentAnswer
from portal.amending.queries import (
    may_draft,
    own_proposal,
    proposals_for,
    proposals_of,
    propose_facts,
)
from portal.engagements.actions import hold, note, tell, tell_coach
from portal.engagements.policy import ask_facts, may_be_asked
from portal.engagements.queries import coach_of
from portal.ground import chance
from portal.ledger.actions import step
from portal.notices.actions import put_due
from portal.people.queries import practice_or_missing
from portal.plain.errors import Missing, require
from portal.reaching.actions import party_by_id
from portal.wording.policy import Direction

if TYPE_CHECKING:
    from portal.agreements.models import Agreement, AgreementVersion
    from portal.agreements.policy import VersionFacts
    from portal.agreements.queries import Standing
    from portal.amending.queries import Proposal
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.signing.queries import Seat

#: Where a draft keeps its first day, and the proposals that it takes up.
BEGUN, TAKES_UP = "starts_on", "takes_up"


def propose(work: Work, seat: Seat, facts: VersionFacts, words: str) -> Amendment:
    """Let a party who signed what is in force say what they would like changed; nothing changes
    by it. The seat comes from `take_seat`. Raises `Refused` with `ProposeNo`."""
    require(policy.why_not_propose(propose_facts(work, seat, facts), work.now))
    row = _row(work, seat.engagement, facts.agreement_id, seat.party.id, seat.coach_party.id,
               words)
    # Told once a day at the most, and nothing of what it is about.
    tell_coach(work, seat.engagement, "proposed", coach=seat.coach_party, who=seat.own_name,
               dedupe=f"proposed:{seat.party.id}:{work.now.date().isoformat()}")
    return row


def _row(
    work: Work, engagement: Engagement, agreement_id: str, party_id: str, coach_id: str,
    words: str,
) -> Amendment:
    row = Amendment(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        agreement_id=agreement_id, party_id=party_id, coach_party_id=coach_id,
        key_id=engagement.key_id, proposed_at=work.now)
    work.hide(row, "words", words)
    work.session.add(row)
    note(work, engagement, "amendment.proposed", row.id,
         {"agreement": agreement_id, "party": party_id})
    return row


def retract(work: Work, seat: Seat, amendment_id: str) -> None:
    """Let a party take their own proposal back. Raises `Missing` for one of somebody else, and
    `Refused` where a new version has gone out or it was declined."""
    proposal = next((one for one in proposals_for(work, seat)
                     if one.id == amendment_id and one.own), None)
    if proposal is None:
        raise Missing("proposal")
    require(policy.why_not_answer(proposal.state))
    _step(work, seat.engagement, proposal, "amendment.retracted")
    _ask_anew(work, seat.engagement)


def talk(work: Work, engagement: Engagement, amendment_id: str, words: str) -> None:
    """Answer a proposal with words: it stays open. Raises `Refused` where it is closed."""
    proposal = _open(work, engagement, amendment_id)
    _discuss(work, engagement, proposal)
    _answer(work, engagement, proposal, words)


def decline(work: Work, engagement: Engagement, amendment_id: str, words: str) -> None:
    """Decline a proposal in words; what was agreed stays as it is. Raises `Refused` where it is
    closed."""
    proposal = _open(work, engagement, amendment_id)
    _discuss(work, engagement, proposal)
    _step(work, engagement, proposal, "amendment.rejected", "TALKING")
    _ask_anew(work, engagement)
    _answer(work, engagement, proposal, words)


def begin_next(
    work: Work, engagement: Engagement, agreement_id: str, amendment_id: str | None = None
) -> None:
    """Begin the next version of a text that is in force, with the values of the present one; a
    draft that was begun already is gone on with.

    It ends on the same day unless the coach says otherwise. With a proposal, that one is talked
    about from now on, and goes out with the version.
    """
    hold(work, engagement.id)
    standing = standing_of_one(work, engagement.id)
    agreement, facts = _in_force(work, standing, agreement_id)
    draft = drafts_of(work, [agreement.id]).get(agreement.id, Kept())
    proposals = set[str]() if draft.issued else set(draft.values.get(TAKES_UP, ()))
    if amendment_id is not None:
        _discuss(work, engagement, _open(work, engagement, amendment_id))
        proposals.add(amendment_id)
    if not draft.issued and BEGUN in draft.values:
        save_draft(work, engagement, agreement, {TAKES_UP: sorted(proposals)})
        return
    zone = ZoneInfo(practice_or_missing(work, engagement.practice_id).timezone)
    reopen_draft(work, engagement, agreement, {
        BEGUN: work.now.astimezone(zone).date().isoformat(), "later": False,
        "ends_on": version_row(work, facts.version_id).ends_on.isoformat(),
        TAKES_UP: sorted(proposals)})


def _in_force(
    work: Work, standing: Standing, agreement_id: str
) -> tuple[Agreement, VersionFacts]:
    """Return an agreement with its newest version, which is in force, or raise `Missing`."""
    newest = standing.newest(agreement_id)
    if newest is None or not may_draft(work, standing, agreement_id):
        raise Missing("text in force")
    return standing.agreements[agreement_id], newest


def put_next_away(work: Work, engagement: Engagement, agreement_id: str) -> None:
    """Put the draft of a next version away; proposals that it took up stay open."""
    hold(work, engagement.id)
    agreement, _facts = _in_force(work, standing_of_one(work, engagement.id), agreement_id)
    draft = drafts_of(work, [agreement.id]).get(agreement.id)
    if draft is None or draft.issued:
        raise Missing("draft")
    put_away(work, engagement, agreement)


def send_next(
    work: Work, engagement: Engagement, version: AgreementVersion, direction: Direction,
    takes_up: Collection[str],
) -> None:
    """Record that a next version went out: what became of the proposals that it takes up, or an
    amendment of the coach's own."""
    standing = standing_of_one(work, engagement.id)
    found = [one for one in proposals_of(work, engagement, standing)
             if one.id in takes_up and one.is_open]
    for proposal in found:
        _discuss(work, engagement, proposal)
    ids = [proposal.id for proposal in found]
    if not found:
        coach = coach_of(work, engagement).id
        own = _row(work, engagement, version.agreement_id, coach, coach, "")
        note(work, engagement, "amendment.discussed", own.id,
             {"agreement": version.agreement_id})
        ids = [own.id]
    for amendment_id in ids:
        step(work, policy.MACHINE, "TALKING", "draft_version", subject_id=amendment_id)
        note(work, engagement, "amendment.drafted", amendment_id,
             {"agreement": version.agreement_id, "version": version.id,
              "direction": direction.value})


def _open(work: Work, engagement: Engagement, amendment_id: str) -> Proposal:
    hold(work, engagement.id)
    proposal = own_proposal(work, engagement.id, amendment_id)
    require(policy.why_not_answer(proposal.state))
    return proposal


def _discuss(work: Work, engagement: Engagement, proposal: Proposal) -> None:
    """Let a proposal be talked about, if it is not yet: whoever answers has read it."""
    if proposal.state == "PROPOSED":
        _step(work, engagement, proposal, "amendment.discussed")


def _step(
    work: Work, engagement: Engagement, proposal: Proposal, kind: str, now: str = ""
) -> None:
    step(work, policy.MACHINE, now or proposal.state, policy.KINDS[kind], subject_id=proposal.id)
    note(work, engagement, kind, proposal.id, {"agreement": proposal.agreement_id})


def _ask_anew(work: Work, engagement: Engagement) -> None:
    # Whoever answered a review with this wish has not answered it any more, from this instant on.
    put_due(work, [(engagement.practice_id, engagement.id, work.now)])


def _answer(work: Work, engagement: Engagement, proposal: Proposal, words: str) -> None:
    row = AmendmentAnswer(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        amendment_id=proposal.id, key_id=engagement.key_id, answered_at=work.now)
    work.hide(row, "words", words)
    work.session.add(row)
    author = party_by_id(work, engagement, work.session.get_one(Amendment, proposal.id).party_id)
    events = standing_of_one(work, engagement.id).events
    if may_be_asked(ask_facts(author.id, author.role, events)):
        tell(work, engagement, author, "answered", dedupe=f"answered:{row.id}")
