"""Where a review stands, and when the clock alone brings something to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.agreements.policy import (
    GIVES,
    VERSION,
    Answer,
    CheckIn,
    Review,
    Says,
    SlotFacts,
    VersionFacts,
    as_others_know,
    check_in_for,
    check_ins,
    history,
    holds,
    kept_at,
    quiet,
    reviews,
)
from portal.engagements.policy import ask_facts, may_be_asked
from portal.ledger.policy import Event
from portal.plain.days import end_of
from portal.plain.rhythm import REVIEW

#: When somebody who has not answered is asked: as the review opens, then counted from the end of
#: its last day, and in grace every week (domain 2.8).
ASKED = tuple(timedelta(days=day) for day in REVIEW.days)
WEEK = timedelta(days=REVIEW.every or 7)


class CallNo(StrEnum):
    """Name why no review can be called for."""

    NOT_IN_FORCE = "not_in_force"
    DAY_PAST = "day_past"
    AFTER_THE_END = "after_the_end"


class AnswerNo(StrEnum):
    """Name why an answer is not taken."""

    NOT_OPEN = "not_open"


def why_not_call(facts: VersionFacts, day: date, now: datetime) -> CallNo | None:
    """Return why the coach cannot call for a review that is due on a day, or None."""
    if facts.rhythm is None or not holds(facts, now):
        return CallNo.NOT_IN_FORCE
    due = end_of(day, facts.rhythm.zone)
    if due <= now:
        return CallNo.DAY_PAST
    return CallNo.AFTER_THE_END if due >= facts.valid_to else None


def asked(facts: VersionFacts, review: Review) -> list[SlotFacts]:
    """Return the signers whom a review asks."""
    return [slot for slot in facts.slots if review.asks_of(slot)]


def said(facts: VersionFacts, review: Review, party_id: str, now: datetime) -> Answer | None:
    """Return what a party last answered to a review up to now, or None."""
    return next((a for a in sorted(facts.answers, key=lambda a: a.at, reverse=True)
                 if a.party_id == party_id and a.key == review.key and a.at <= now), None)


def waits_for(
    facts: VersionFacts, slot: SlotFacts, now: datetime
) -> Review | None:
    """Return the review that a signer is asked to answer now: the newest that is open, unless they
    have answered it, or wish for a change that is still talked about. None where none is.

    It depends on the text and on the signer's own answers alone, so that nobody learns from being
    asked what others answered (Z3); a text that has ended for all is left to the caller.
    """
    open_now = [review for review in reviews(facts)
                if review.asks_of(slot) and review.opens_at <= now < facts.valid_to]
    if not open_now:
        return None
    review = max(open_now, key=lambda review: (review.opens_at, review.due_at))
    last = said(facts, review, slot.party_id, now)
    if last is None:
        later = [a for a in facts.answers if a.party_id == slot.party_id
                 and a.says is Says.KEEP and review.opens_at <= a.at <= now]
        return None if later else review
    talked_over = (last.says is Says.CHANGE and last.closed_at is not None
                   and last.closed_at <= now)
    return review if talked_over else None


def state_of(facts: VersionFacts, review: Review, now: datetime) -> str:
    """Return where a review stands, as coach and coachee may know it (machine Review)."""
    end = next(((at, name) for at, name in history(facts, now) if name in VERSION.terminal), None)
    if now < review.opens_at:
        return "CANCELLED" if end is not None else "SCHEDULED"
    answers = [said(facts, review, slot.party_id, now) for slot in asked(facts, review)]
    given = [answer for answer in answers if answer is not None]
    lapsed = lapsed_at(facts, review)
    kept = kept_at(facts, review)
    moments = [(kept, 0, "DONE_KEPT")] if kept is not None and kept <= now else []
    if lapsed is not None and lapsed <= now:
        moments.append((lapsed, 1, "LAPSED"))
    if end is not None:
        moments.append((end[0], 2, _ended(end[1], given)))
    return min(moments)[2] if moments else _open(review, given, now)


def lapsed_at(facts: VersionFacts, review: Review) -> datetime | None:
    """Return when the first of those who were asked came to be silent at a review, or None."""
    alone = [start for slot in asked(facts, review) for start, _end in quiet(facts, slot, review)]
    return min(alone, default=None)


def _ended(how: str, given: Iterable[Answer]) -> str:
    said_so = {answer.says for answer in given}
    if Says.END in said_so:
        return "DONE_ENDED"
    return "DONE_CHANGED" if how == "SUPERSEDED" and Says.CHANGE in said_so else "CANCELLED"


def _open(review: Review, given: Iterable[Answer], now: datetime) -> str:
    changing = any(a.says is Says.CHANGE and (a.closed_at is None or now < a.closed_at)
                   for a in given)
    if changing:
        return "CHANGING"
    if review.due_at <= now:
        return "OVERDUE"
    return "ANSWERING" if any(True for _ in given) else "OPEN"


def steps(review: Review) -> Iterator[datetime]:
    """Yield when those who have not answered a review are written to, in order."""
    yield review.opens_at
    yield from (review.due_at + span for span in ASKED[1:])
    at = review.due_at + WEEK
    while at < review.grace_until:
        yield at
        at += WEEK


def _closed(facts: VersionFacts, review: Review, party_id: str) -> Iterator[datetime]:
    """Yield when somebody's wishes to change came to nothing: from then on they are asked anew."""
    yield from (answer.closed_at for answer in facts.answers if answer.key == review.key
                and answer.party_id == party_id and answer.closed_at is not None)


def checks_now(
    versions: Iterable[VersionFacts], party_id: str, role: str, events: Sequence[Event],
    now: datetime,
) -> list[tuple[VersionFacts, CheckIn]]:
    """Return the check-ins that wait for a party now, of texts that stand as they know them."""
    if role == "COACH" or not may_be_asked(ask_facts(party_id, role, events)):
        return []
    return [(facts, one) for facts in versions if stands_for(facts, role, now)
            and (one := check_in_for(facts, party_id, now)) is not None]


def moments(facts: VersionFacts) -> Iterator[datetime]:
    """Yield every instant at which a version asks somebody, or silence begins to count.

    They depend on the text alone, and on when wishes to change it come to nothing: who has answered
    is looked at when they come.
    """
    for review in reviews(facts):
        yield from steps(review)
        yield review.grace_until
    yield from (answer.closed_at for answer in facts.answers if answer.closed_at is not None)
    for one in check_ins(facts):
        yield one.opens_at


def next_moment(versions: Iterable[VersionFacts], now: datetime) -> datetime | None:
    """Return the next instant at which something of these versions is due, or None."""
    return min((at for facts in versions for at in moments(facts)
                if now < at < facts.valid_to), default=None)


@dataclass(frozen=True, slots=True)
class Ask:
    """Hold what a party is to be written about: the versions with their reviews, and which steps
    of asking have come (instants; what was written for the last one is not written again)."""

    waits: Sequence[tuple[VersionFacts, Review]]
    come: Sequence[datetime]

    @property
    def step_at(self) -> datetime:
        """Return the step that is to be written for."""
        return max(self.come)

    def unasked(self, written: Collection[datetime]) -> list[tuple[VersionFacts, Review]]:
        """Return what was never asked for, where mails were written for some of the steps."""
        return [(facts, review) for facts, review in self.waits
                if not any(at >= review.opens_at for at in written)]

    @property
    def day(self) -> date:
        """Return the first of the days that are asked for."""
        return min(review.day for _facts, review in self.waits)

    @property
    def until(self) -> datetime:
        """Return until when an answer is waited for."""
        return max(review.grace_until for _facts, review in self.waits)


def stands_for(facts: VersionFacts, role: str, now: datetime) -> bool:
    """Tell whether a text stands as a party knows it: that it sleeps, or that the coachee took it
    back, is known to coach and coachee alone (Z3)."""
    return holds(facts if role in GIVES else as_others_know(facts), now)


def asks_now(
    versions: Iterable[VersionFacts], party_id: str, role: str, events: Sequence[Event],
    now: datetime,
) -> Ask | None:
    """Return what a party is to be asked by now, or None."""
    if role != "COACH" and not may_be_asked(ask_facts(party_id, role, events)):
        return None
    waits = [(facts, review) for facts in versions
             if (slot := facts.slot_of(party_id)) is not None and stands_for(facts, role, now)
             and (review := waits_for(facts, slot, now)) is not None]
    come = [at for facts, review in waits
            for at in (*steps(review), *_closed(facts, review, party_id)) if at <= now]
    return Ask(waits, come) if come else None
