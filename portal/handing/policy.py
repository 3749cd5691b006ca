"""When a hand-over can be proposed, what became of it, and what the coach may know of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.agreements import policy as agreements
from portal.agreements.policy import VersionFacts
from portal.ledger.policy import Event
from portal.plain.machine import Machine, machine

#: How long the coachee has to answer. Silence is a no.
ANSWER_WITHIN = timedelta(days=14)
#: A wish to talk first is passed on at most once in this time.
BETWEEN_TALKS = timedelta(hours=20)

MACHINE: Machine = machine("HandOver", "PROPOSED", "HANDED_OVER,REFUSED,TAKEN_BACK,LAPSED", """
PROPOSED --accept--> HANDED_OVER
PROPOSED --refuse--> REFUSED
PROPOSED --take_back--> TAKEN_BACK
PROPOSED --answer_by_passed--> LAPSED
""")

#: What the record calls each event of the machine.
KINDS = {
    "hand_over.accepted": "accept",
    "hand_over.refused": "refuse",
    "hand_over.taken_back": "take_back",
}
#: States of a version that a coach who leaves takes with them.
_LIVING = frozenset({"ISSUED", "PARTLY_SIGNED", "SCHEDULED", "IN_FORCE", "SUSPENDED"})
_UNDER_WAY = frozenset({"ACTIVE", "PAUSED", "CLOSING"})


class Answer(StrEnum):
    """Say what the coachee answered."""

    YES = "yes"
    NO = "no"
    TALK = "talk"


class Word(StrEnum):
    """Say where a proposal stands, in the words of whoever made it: a no is not among them."""

    ASKED = "asked"
    NOT_HANDED_OVER = "not_handed_over"
    TAKEN_BACK = "taken_back"
    HANDED_OVER = "handed_over"


class HandOverNo(StrEnum):
    """Name why an engagement is not handed over now."""

    CANNOT_ANSWER = "cannot_answer"
    ASKED_ALREADY = "asked_already"
    NO_COLLEAGUE = "no_colleague"
    NOT_OPEN = "not_open"


def state(hand_over_id: str, answer_by: datetime, events: Iterable[Event], now: datetime) -> str:
    """Return the state of a proposal at `now`, from the record and the clock."""
    current = MACHINE.start
    for event in events:
        name = KINDS.get(event.kind)
        if event.subject_id == hand_over_id and name and MACHINE.allows(current, name):
            current = MACHINE.after(current, name)
    if current == MACHINE.start and now >= answer_by:
        return MACHINE.after(current, "answer_by_passed")
    return current


def word(
    hand_over_id: str, answer_by: datetime, events: Iterable[Event], now: datetime
) -> Word:
    """Return the proposer's word: until the last day a no reads as if nobody had answered (Z4),
    and taking the proposal back reads the same after a no as after silence."""
    events = list(events)
    if any(e.kind == "hand_over.taken_back" and e.subject_id == hand_over_id for e in events):
        return Word.TAKEN_BACK
    if state(hand_over_id, answer_by, events, now) == "HANDED_OVER":
        return Word.HANDED_OVER
    return Word.ASKED if now < answer_by else Word.NOT_HANDED_OVER


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """Hold what decides whether a coachee can be asked now: whether they can answer on a page of
    their own, where the last proposal stands, and whether the colleague may coach here."""

    can_answer: bool
    last: Word | None
    is_colleague: bool


def why_not_ask(facts: ProposalFacts) -> HandOverNo | None:
    """Return why a coachee cannot be asked about anybody now, whoever it would be."""
    if not facts.can_answer:
        return HandOverNo.CANNOT_ANSWER
    return HandOverNo.ASKED_ALREADY if facts.last is Word.ASKED else None


def why_not_propose(facts: ProposalFacts) -> HandOverNo | None:
    """Return why this colleague cannot be proposed now, or None."""
    return why_not_ask(facts) or (None if facts.is_colleague else HandOverNo.NO_COLLEAGUE)


def lives(facts: VersionFacts, now: datetime) -> bool:
    """Tell whether a text ends when its coach goes: it holds or may come to hold, or it still
    waits for those to whom a decline looks like silence (Z4)."""
    return agreements.state(facts, now) in _LIVING or agreements.is_waiting(facts, now)


def runs(engagement_state: str, texts: Iterable[VersionFacts], now: datetime) -> bool:
    """Tell whether an engagement needs its coach: it is under way, or a text of it lives."""
    return engagement_state in _UNDER_WAY or any(lives(facts, now) for facts in texts)


def may_tell_talk(events: Iterable[Event], hand_over_id: str, now: datetime) -> bool:
    """Tell whether a wish to talk is passed on now, or was a moment ago."""
    told = [e.at for e in events
            if e.kind == "hand_over.talk_wanted" and e.subject_id == hand_over_id]
    return not told or now - told[-1] >= BETWEEN_TALKS
