"""The lives of an engagement and of a party, computed from the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.ledger.policy import Event
from portal.plain.machine import Machine, machine

ENGAGEMENT: Machine = machine("Engagement", "DRAFT", "DECLINED,DISPOSED", """
DRAFT --open_contracting--> CONTRACTING
CONTRACTING --activate--> ACTIVE
CONTRACTING --abandon--> DECLINED
ACTIVE --pause(reason: case | choice | mandatory agreement lost)--> PAUSED
PAUSED --resume--> ACTIVE
ACTIVE --begin_close--> CLOSING
PAUSED --begin_close--> CLOSING
CLOSING --close--> CLOSED
CLOSED --all_disposed--> DISPOSED
""")

PARTY: Machine = machine("Party", "PROPOSED", "REMOVED,LEFT", """
PROPOSED --invite--> INVITED
PROPOSED --drop--> REMOVED
INVITED --identify--> IDENTIFIED
INVITED --invitation_dead--> REMOVED
IDENTIFIED --first_agreement_in_force--> BOUND
IDENTIFIED --drop--> REMOVED
BOUND --leave--> LEFT
BOUND --remove(by coachee, or by coach with notice to coachee)--> REMOVED
""")

_PAUSE = "pause(reason: case | choice | mandatory agreement lost)"
#: What the record calls each event that a person brings about.
ENGAGEMENT_KINDS = {
    "engagement.contracting_opened": "open_contracting",
    "engagement.abandoned": "abandon",
    "engagement.paused": _PAUSE,
    "engagement.resumed": "resume",
    "engagement.close_begun": "begin_close",
    "engagement.closed": "close",
    "engagement.disposed": "all_disposed",
}
_REMOVE = "remove(by coachee, or by coach with notice to coachee)"
#: A no to a person ends their part from wherever they are: the first word that fits is used.
_OUT = ("drop", "invitation_dead", _REMOVE)
PARTY_KINDS = {
    "party.invited": ("invite",),
    "party.identified": ("identify",),
    "party.dropped": ("drop",),
    "party.invitation_dead": ("invitation_dead",),
    "party.left": ("leave", *_OUT),
    "party.refused": _OUT,
    "party.removed": _OUT,
}
#: After one of these somebody may take part no more.
PARTY_ENDS = frozenset(PARTY_KINDS) - {"party.invited", "party.identified"}


@dataclass(frozen=True, slots=True)
class Mandatory:
    """Say from when to when the mandatory agreements were all in force, spans half-open.

    An end of None means: still so.
    """

    spans: Sequence[tuple[datetime, datetime | None]] = ()


def engagement_state(
    engagement_id: str, events: Iterable[Event], mandatory: Mandatory, now: datetime
) -> str:
    """Return the state at `now`: recorded events, and agreements gained or lost on the way.

    Becoming active and being paused for a lost agreement need no job: both are computed
    (INV-2).
    """
    state, chosen_pause = ENGAGEMENT.start, False
    for at, _, word in _moments(engagement_id, events, mandatory):
        if at > now:
            break
        if word in (_PAUSE, "resume"):
            chosen_pause = word == _PAUSE
        name = _named(word, state, chosen_pause=chosen_pause)
        if ENGAGEMENT.allows(state, name):
            state = ENGAGEMENT.after(state, name)
    return state


def _moments(
    engagement_id: str, events: Iterable[Event], mandatory: Mandatory
) -> list[tuple[datetime, int, str]]:
    moments = [(e.at, number, ENGAGEMENT_KINDS[e.kind]) for number, e in enumerate(events)
               if e.kind in ENGAGEMENT_KINDS and e.subject_id == engagement_id]
    # Of one instant, agreements go and come before a person's act is looked at: a text that takes
    # over from another begins when that one ends, and nothing is paused in between.
    moments += [(end, -2, "lost") for _, end in mandatory.spans if end is not None]
    moments += [(start, -1, "gained") for start, _ in mandatory.spans]
    return sorted(moments)


def _named(word: str, state: str, *, chosen_pause: bool) -> str:
    """Return the machine's own word; a pause that somebody chose does not end by itself."""
    if word == "gained":
        return "activate" if state == "CONTRACTING" else "" if chosen_pause else "resume"
    return _PAUSE if word == "lost" else word


def party_state(
    party_id: str, events: Iterable[Event], bound_since: datetime | None, now: datetime
) -> str:
    """Return the state of a party; `bound_since` is when its first agreement came into force."""
    states = _party_states(party_id, events, bound_since)
    return [PARTY.start, *(state for at, state in states if at <= now)][-1]


def left_at(
    party_id: str, events: Iterable[Event], bound_since: datetime | None
) -> datetime | None:
    """Return when a party left or was removed, None while they take part (Z23)."""
    return next((at for at, state in _party_states(party_id, events, bound_since)
                 if state in PARTY.terminal), None)


def _party_states(
    party_id: str, events: Iterable[Event], bound_since: datetime | None
) -> Iterable[tuple[datetime, str]]:
    """Yield each state of a party with the instant from which it held.

    A signature that brings it into force comes with the proof of who signs: of one instant, the
    proof is looked at first.
    """
    told = list(events)
    moments = [(e.at, n, PARTY_KINDS[e.kind]) for n, e in enumerate(told)
               if e.subject_id == party_id and e.kind in PARTY_KINDS]
    if bound_since is not None:
        moments.append((bound_since, len(told), ("first_agreement_in_force",)))
    state = PARTY.start
    for at, _, names in sorted(moments):
        name = next((name for name in names if PARTY.allows(state, name)), None)
        if name is not None:
            state = PARTY.after(state, name)
            yield at, state


_GONE = frozenset({"party.dropped", "party.invitation_dead", "party.left", "party.removed"})
#: Who takes part by name alone: no link, no signature.
NAMED_ONLY = frozenset({"LINE_MANAGER", "HR_PARTNER"})


@dataclass(frozen=True, slots=True)
class AskFacts:
    """Hold what decides whether a person may be written to (Z6).

    `answer` is the coachee's own, yes or no, or None before it was given. `gone` says that the
    person takes part no more.
    """

    role: str
    asked_for: bool = False
    answer: bool | None = None
    gone: bool = False


def ask_facts(party_id: str, role: str, events: Iterable[Event]) -> AskFacts:
    """Return what the record says about asking a party; a no of the coachee is never undone."""
    kinds = {event.kind for event in events if event.subject_id == party_id}
    answer = False if "party.refused" in kinds else True if "party.accepted" in kinds else None
    return AskFacts(role, "party.asked_for" in kinds, answer, bool(kinds & _GONE))


def may_be_asked(facts: AskFacts) -> bool:
    """Tell whether a person may be sent a link: the coachee comes first, and then whom the
    coachee said yes to, or asked for and did not refuse (Z6)."""
    if facts.gone or facts.role in NAMED_ONLY:
        return False
    if facts.role == "COACHEE":
        return True
    return facts.asked_for if facts.answer is None else facts.answer
