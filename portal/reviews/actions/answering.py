"""Taking what somebody says to a review, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portal.agreements.actions import withdraw
from portal.agreements.models import CalledReview
from portal.agreements.policy import ANSWER_KINDS, FEELS_KINDS, Feels, Says
from portal.amending.actions import begin_next, propose
from portal.amending.queries import proposals_for
from portal.engagements.actions import note, tell, tell_coach
from portal.engagements.queries import parties_of
from portal.ground import chance
from portal.ledger.policy import instant
from portal.notices.actions import put_due
from portal.plain.days import end_of
from portal.plain.errors import Missing, require
from portal.reviews.policy import AnswerNo, checks_now, waits_for, why_not_call
from portal.taking.actions import step_out, take_whole
from portal.taking.policy import Told

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from portal.agreements.policy import Review, VersionFacts
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Work
    from portal.signing.queries import Seat

PORTAL, PAPER = "portal", "paper"


@dataclass(frozen=True, slots=True)
class Pick:
    """Hold what somebody chose for one text, and in which words they would change it."""

    facts: VersionFacts
    says: Says
    words: str = ""


def answer(
    work: Work, engagement: Engagement, party: Party, facts: VersionFacts, review: Review,
    says: Says, *, amendment_id: str | None = None, told: str = PORTAL,
    step: int | str | None = None,
) -> None:
    """Record what a party says to a review. The caller has asked `waits_for`, and opens the
    amendment or ends what is to end in the same transaction.

    `amendment_id` is what a wish to change opened, `told` says how it was said ("portal" or
    "paper"), and `step` is the step of the code that was given for it, or the challenge that a
    passkey signed for it.
    """
    note(work, engagement, ANSWER_KINDS[says], facts.version_id,
         {"review": review.key, "party": party.id, "amendment": amendment_id, "told": told,
          "step": step}, by=work.actor.person_id if work.actor else party.person_id)


def _open(work: Work, party: Party, facts: VersionFacts) -> Review:
    slot = facts.slot_of(party.id)
    review = waits_for(facts, slot, work.now) if slot is not None else None
    require(AnswerNo.NOT_OPEN if review is None else None)
    if review is None:
        raise Missing("review")
    return review


def answer_as_party(
    work: Work, seat: Seat, picks: Sequence[Pick], *, step: int | str | None
) -> None:
    """Take the answers of one sitting: all of them or none. The seat comes from `take_seat`.

    A wish to change becomes a proposal; to end is the coachee's withdrawal of that text, and
    anybody else's leaving. Raises `Refused` where nothing is open, as on a second press.
    """
    for pick in sorted(picks, key=lambda pick: pick.says is Says.END):
        review = _open(work, seat.party, pick.facts)
        wish = _wish(work, seat, pick) if pick.says is Says.CHANGE else None
        answer(work, seat.engagement, seat.party, pick.facts, review, pick.says,
               amendment_id=wish, step=step if pick.says is Says.KEEP else None)
    ended = [pick.facts for pick in picks if pick.says is Says.END]
    if ended and seat.party.role == "COACHEE":
        take_whole(work, seat.engagement, seat.party, ended)
    elif ended:
        step_out(work, seat.engagement, seat.party)


def _wish(work: Work, seat: Seat, pick: Pick) -> str:
    """Return the proposal that says what is to change: one that is open already goes on."""
    open_one = next((one for one in proposals_for(work, seat) if one.own and one.is_open
                     and one.agreement_id == pick.facts.agreement_id), None)
    return open_one.id if open_one is not None else propose(
        work, seat, pick.facts, pick.words).id


def answer_check_in(work: Work, seat: Seat, facts: VersionFacts, feels: Feels) -> None:
    """Record whether a text is still fine for the person in the seat; who would rather talk has
    the coach told. Raises `Refused` where nothing is asked, as on a second press."""
    waits = checks_now([facts], seat.party.id, seat.party.role, seat.standing.events, work.now)
    require(AnswerNo.NOT_OPEN if not waits else None)
    key = waits[0][1].key
    note(work, seat.engagement, FEELS_KINDS[feels], facts.version_id,
         {"check_in": key, "party": seat.party.id})
    if feels is Feels.TALK:
        tell_coach(work, seat.engagement, "talk_wanted", coach=seat.coach_party,
                   who=seat.own_name,
                   dedupe=f"talk_wanted:{facts.version_id}:{seat.party.id}:{key}")


def answer_as_coach(
    work: Work, engagement: Engagement, coach: Party, pick: Pick, *, step: int | str | None
) -> None:
    """Take the coach's own answer. A wish to change begins the next version; to end ends the text
    for all, and the coachee gets a mail. Raises `Refused` where nothing is open."""
    answer(work, engagement, coach, pick.facts, _open(work, coach, pick.facts), pick.says,
           step=step if pick.says is Says.KEEP else None)
    if pick.says is Says.CHANGE:
        begin_next(work, engagement, pick.facts.agreement_id)
    elif pick.says is Says.END:
        withdraw(work, engagement, pick.facts)
        _tell_ended(work, engagement, pick.facts)


def _tell_ended(work: Work, engagement: Engagement, facts: VersionFacts) -> None:
    for party in parties_of(work, [engagement.id])[engagement.id]:
        if party.role == "COACHEE":
            tell(work, engagement, party, "ended_by_coach",
                 dedupe=f"ended_by_coach:{facts.version_id}")


def answer_on_paper(
    work: Work, engagement: Engagement, party: Party, pick: Pick
) -> None:
    """Write down what somebody said who signs on paper, and gets no link (Z26).

    Raises `Refused` where nothing is open, and `Missing` for somebody who answers by link.
    """
    if not party.on_paper or pick.says is Says.CHANGE:
        raise Missing("party on paper")
    answer(work, engagement, party, pick.facts, _open(work, party, pick.facts), pick.says,
           told=PAPER)
    if pick.says is Says.END and party.role == "COACHEE":
        take_whole(work, engagement, party, [pick.facts], Told.PHONE)
    elif pick.says is Says.END:
        step_out(work, engagement, party)


def call(
    work: Work, engagement: Engagement, facts: VersionFacts, day: date, *, reason: str,
    asks: Collection[str] | None = None,
) -> str:
    """Call for a review beside the rhythm, due at the end of a day in the version's zone, and
    return its key. `reason` is for coach and coachee alone; `asks` are the roles that are asked,
    or everybody (INV-22: a case asks coach and coachee).

    Raises `Refused` with `CallNo`.
    """
    require(why_not_call(facts, day, work.now))
    rhythm = facts.rhythm
    if rhythm is None:
        raise Missing("rhythm")
    row = CalledReview(
        id=chance.new_id(), practice_id=engagement.practice_id, engagement_id=engagement.id,
        version_id=facts.version_id, key_id=engagement.key_id, called_at=work.now)
    work.hide(row, "reason", reason)
    work.session.add(row)
    grace = end_of(day + timedelta(days=rhythm.grace_days), rhythm.zone)
    note(work, engagement, "review.called", facts.version_id,
         {"review": row.id, "day": day.isoformat(),
          "due": instant(end_of(day, rhythm.zone)), "grace": instant(grace),
          "asks": sorted(asks) if asks is not None else None})
    # It opens in this instant, and timers are set for what is still to come.
    put_due(work, [(engagement.practice_id, engagement.id, work.now)])
    return row.id
