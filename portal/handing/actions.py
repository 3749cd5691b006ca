"""Proposing another coach, the coachee's answer, and letting a member go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.agreements.actions import discard_draft, renew_draft, withdraw
from portal.agreements.policy import is_waiting
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import add_party, hold, keep_hopes_private, note
from portal.engagements.queries import coach_of
from portal.ground import chance
from portal.handing import policy
from portal.handing.models import HandOver
from portal.handing.policy import Answer, HandOverNo
from portal.handing.queries import coachee_of, newest, open_one, proposal_facts, running_of
from portal.ledger.actions import step
from portal.ledger.queries import events_of
from portal.people import actions as people
from portal.people.policy import Role
from portal.people.queries import (
    address_of_person,
    members_of,
    names_of,
    person_or_missing,
    point_of,
)
from portal.plain.errors import Missing, Refused, require
from portal.reaching.actions import invite, recall

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.people.models import Account, Person
    from portal.signing.queries import Seat


def propose(work: Work, engagement: Engagement, colleague_id: str) -> HandOver:
    """Ask the coachee whether a colleague may coach them from now on; nothing changes by it.

    Raises `Refused` with `HandOverNo`.
    """
    if work.actor is None:
        raise Missing("coach")
    hold(work, engagement.id)
    require(policy.why_not_propose(proposal_facts(work, engagement, colleague_id)))
    row = HandOver(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        from_person_id=engagement.coach_id, to_person_id=colleague_id,
        proposed_by=work.actor.person_id, proposed_at=work.now,
        answer_by=work.now + policy.ANSWER_WITHIN,
    )
    work.session.add(row)
    work.session.flush()
    note(work, engagement, "hand_over.proposed", row.id, {"from": row.from_person_id,
                                                          "to": row.to_person_id})
    invite(work, engagement, coachee_of(work, engagement), "hand_over", until=row.answer_by,
           reply_to=address_of_person(work, row.proposed_by))
    return row


def take_back(work: Work, engagement: Engagement) -> None:
    """Ask no longer. After a no this is written down in the same words as after silence, for
    whoever proposed must not learn of the no that way (Z4)."""
    hold(work, engagement.id)
    row = newest(work, [engagement.id]).get(engagement.id)
    if row is None:
        raise Missing("hand-over")
    events = events_of(work, [engagement.id])[engagement.id]
    current = policy.state(row.id, row.answer_by, events, work.now)
    if current != "REFUSED" or work.now >= row.answer_by:
        step(work, policy.MACHINE, current, "take_back", subject_id=row.id)
    note(work, engagement, "hand_over.taken_back", row.id)


def answer(work: Work, seat: Seat, said: Answer) -> None:
    """Take the coachee's answer. Only a yes changes anything, and then all of it at once.

    The seat comes from `take_seat`. Raises `Refused` with `HandOverNo` when the question is no
    longer open, or the colleague no longer coaches here.
    """
    row = open_one(work, seat.engagement.id) if seat.party.role == "COACHEE" else None
    if row is None:
        raise Refused(HandOverNo.NOT_OPEN)
    if said is Answer.TALK:
        _tell_talk(work, seat, row)
    elif said is Answer.NO:
        note(work, seat.engagement, "hand_over.refused", row.id)
    else:
        note(work, seat.engagement, "hand_over.accepted", row.id)
        _hand_over(work, seat.engagement, row)


def _hand_over(work: Work, engagement: Engagement, row: HandOver) -> None:
    old, now = coach_of(work, engagement), work.now
    standing = standing_of_one(work, engagement.id)
    for facts in standing.versions:
        if facts.slot_of(old.id) is not None and policy.lives(facts, now):
            withdraw(work, engagement, facts)
    note(work, engagement, "party.left", old.id)
    for agreement in standing.agreements.values():
        # Whoever comes new finds the same agreements to issue, and not a word of what was in them;
        # a guest in one session has to be brought in again.
        if agreement.id in standing.dropped:
            continue
        if agreement.session_id is None:
            renew_draft(work, engagement, agreement)
        else:
            discard_draft(work, engagement, agreement)
            note(work, engagement, "agreement.dropped", agreement.id)
    keep_hopes_private(work, engagement)
    colleague = person_or_missing(work, row.practice_id, row.to_person_id)
    party = add_party(work, engagement, colleague, "COACH", point_of(work, colleague.id))
    engagement.coach_id = colleague.id
    note(work, engagement, "party.invited", party.id)
    note(work, engagement, "party.identified", party.id)
    note(work, engagement, "engagement.handed_over", engagement.id,
         {"hand_over": row.id, "from": row.from_person_id, "to": row.to_person_id})
    _tell_handed_over(work, engagement, row, colleague)


def _tell_handed_over(
    work: Work, engagement: Engagement, row: HandOver, colleague: Person
) -> None:
    base = work.ground.settings.base_url.rstrip("/")
    names = names_of(work, [row.from_person_id, colleague.id, coachee_of(
        work, engagement).person_id])
    coachee = names[coachee_of(work, engagement).person_id]
    people.write_to(work, colleague, "taken_over", dedupe=f"taken_over:{row.id}", who=coachee,
                    before=names[row.from_person_id], page=f"{base}/engagements/{engagement.id}")
    for person in tellable(work, row):
        people.write_to(work, person, "handed_over", dedupe=f"handed_over:{row.id}:{person.id}",
                        who=coachee, colleague=names[colleague.id])


def tellable(work: Work, row: HandOver) -> list[Person]:
    """Return who hears what became of a proposal: whoever made it, or, once they have left the
    practice, its owners."""
    members = members_of(work, row.practice_id)
    chosen = ([m for m in members if m.person_id == row.proposed_by]
              or [m for m in members if m.role is Role.OWNER])
    return [person_or_missing(work, row.practice_id, member.person_id) for member in chosen]


def _tell_talk(work: Work, seat: Seat, row: HandOver) -> None:
    events = events_of(work, [row.engagement_id])[row.engagement_id]
    if not policy.may_tell_talk(events, row.id, work.now):
        return
    note(work, seat.engagement, "hand_over.talk_wanted", row.id)
    base = work.ground.settings.base_url.rstrip("/")
    for person in tellable(work, row):
        people.write_to(
            work, person, "talk_first", who=seat.own_name,
            dedupe=f"hand_over_talk:{row.id}:{person.id}:{work.now.date().isoformat()}",
            page=f"{base}/engagements/{row.engagement_id}/hand-over")


def end_membership(work: Work, account: Account, *, cannot_hand_over: bool = False) -> None:
    """Let a member of the practice go: their sessions end at once, and they are told.

    A coach hands over first. Of one who cannot, the texts that still wait for signatures are
    taken back: nobody signs with somebody who is gone. Raises `Refused` with `MemberNo`.
    """
    # Engagements are locked before the practice, as everywhere else.
    running = [hold(work, one.id) for one in sorted(
        running_of(work, account.practice_id, account.person_id), key=lambda one: one.id)]
    people.end_membership(work, account, coaches=len(running),
                          cannot_hand_over=cannot_hand_over)
    for engagement in running:
        for facts in standing_of_one(work, engagement.id).versions:
            if is_waiting(facts, work.now):
                recall(work, engagement, facts.version_id)


def change_role(work: Work, account: Account, role: Role) -> None:
    """Give a member another role; a helper coaches nobody. Raises `Refused` with `MemberNo`."""
    running = running_of(work, account.practice_id, account.person_id)
    people.change_role(work, account, role, coaches=len(running))
