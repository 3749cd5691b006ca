"""Where an amendment stands, computed from the record and from its version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.agreements.policy import VersionFacts, as_others_know, history, holds
from portal.agreements.policy import state as version_state
from portal.ledger.policy import Event
from portal.plain.machine import Machine, machine
from portal.reaching.policy import seen_outside

MACHINE: Machine = machine("Amendment", "PROPOSED", "ADOPTED,REJECTED,LAPSED,RETRACTED", """
PROPOSED --discuss--> TALKING
PROPOSED --retract--> RETRACTED
TALKING --draft_version--> DRAFTED
TALKING --reject--> REJECTED
TALKING --retract--> RETRACTED
DRAFTED --new_version_in_force--> ADOPTED
DRAFTED --new_version_declined--> REJECTED
DRAFTED --sign_by_passed--> LAPSED
""")

#: What the record calls each step that a person takes.
KINDS = {
    "amendment.discussed": "discuss",
    "amendment.drafted": "draft_version",
    "amendment.rejected": "reject",
    "amendment.retracted": "retract",
}
#: After these the coach has nothing to answer any more.
ANSWERED = ("amendment.drafted", "amendment.rejected", "amendment.retracted")
#: In these states something can still be said to it.
OPEN = frozenset({"PROPOSED", "TALKING"})


class ProposeNo(StrEnum):
    """Name why somebody cannot propose a change."""

    NOT_IN_FORCE = "not_in_force"
    ONE_IS_OPEN = "one_is_open"


class AnswerNo(StrEnum):
    """Name why nothing can be answered to a proposal any more."""

    NOT_OPEN = "not_open"


class Stands(StrEnum):
    """Say where an amendment stands, to whoever may know of it.

    A new version that was declined and one that nobody answered are the same: not concluded (Z4).
    """

    PROPOSED = "proposed"
    TALKING = "talking"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    SENT = "sent"
    ADOPTED = "adopted"
    NOT_CONCLUDED = "not_concluded"


def state(
    amendment_id: str, events: Iterable[Event], version: VersionFacts | None, now: datetime
) -> str:
    """Return the state of an amendment; `version` is what was drafted of it, if anything was."""
    current = MACHINE.start
    for event in events:
        if event.subject_id == amendment_id and event.kind in KINDS:
            word = KINDS[event.kind]
            if MACHINE.allows(current, word):
                current = MACHINE.after(current, word)
    if current != "DRAFTED" or version is None:
        return current
    return MACHINE.after(current, word) if (word := _outcome(version, now)) else current


def _outcome(version: VersionFacts, now: datetime) -> str:
    """Return what became of the new version, in the machine's word, or nothing yet."""
    if any(name == "IN_FORCE" for _at, name in history(version, now)):
        return "new_version_in_force"
    return {"DECLINED": "new_version_declined", "WITHDRAWN": "new_version_declined",
            "VOID": "sign_by_passed", "EXPIRED": "sign_by_passed",
            "TERMINATED": "sign_by_passed"}.get(version_state(version, now), "")


def stands(
    amendment_id: str, events: Iterable[Event], version: VersionFacts | None, now: datetime
) -> Stands:
    """Return the word for an amendment: the same whether its version was declined or left (Z4)."""
    told = state(amendment_id, events, None, now)
    if told != "DRAFTED" or version is None:
        return _TOLD[told]
    if _outcome(version, now) == "new_version_in_force":
        return Stands.ADOPTED
    left = version.had("withdraw", now) and version.complete_at() is None
    waits = seen_outside(version, now) in ("open", "held") or (left and now < version.sign_by)
    return Stands.SENT if waits else Stands.NOT_CONCLUDED


_TOLD = {"PROPOSED": Stands.PROPOSED, "TALKING": Stands.TALKING, "REJECTED": Stands.DECLINED,
         "RETRACTED": Stands.TAKEN_BACK, "DRAFTED": Stands.SENT}


@dataclass(frozen=True, slots=True)
class ProposeFacts:
    """Hold what decides whether somebody can propose a change of a text now."""

    version: VersionFacts
    party_id: str
    is_coachee: bool
    has_open: bool


def why_not_propose(facts: ProposeFacts, now: datetime) -> ProposeNo | None:
    """Return why a party cannot propose a change, or None.

    Whoever signed what is in force can. Everybody but the coachee can for as long as the text
    holds by its signatures and days: that it sleeps, or that the coachee took it back, changes no
    page of theirs (INV-16).
    """
    known = facts.version if facts.is_coachee else as_others_know(facts.version)
    if known.signed_at(facts.party_id) is None or not holds(known, now):
        return ProposeNo.NOT_IN_FORCE
    return ProposeNo.ONE_IS_OPEN if facts.has_open else None


def why_not_answer(now_is: str) -> AnswerNo | None:
    """Return why a proposal in this state can be neither answered nor taken back, or None."""
    return None if now_is in OPEN else AnswerNo.NOT_OPEN


def may_read(reader: str, *, author: str, coachee: str) -> bool:
    """Tell whether a party other than the coach may know of a proposal: its author and the
    coachee, whom every text is about. Nobody else before the text is issued (INV-16)."""
    return reader in (author, coachee)
