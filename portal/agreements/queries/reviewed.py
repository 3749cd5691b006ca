"""Which reviews the coach called for, and what was answered: read from the record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from portal.agreements.policy import (
    ANSWER_KINDS,
    CALLED,
    DRAFTED,
    FEELS_KINDS,
    Answer,
    Checked,
    Kind,
    Review,
    Says,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.agreements.policy import VersionFacts
    from portal.ledger.policy import Event
    from portal.ledger.queries import Line

_SAYS = {kind: says for says, kind in ANSWER_KINDS.items()}
_FEELS = {kind: feels for feels, kind in FEELS_KINDS.items()}
_CLOSED = ("amendment.rejected", "amendment.retracted")


def called_of(version_id: str, told: Iterable[Line]) -> tuple[Review, ...]:
    """Return the reviews that the coach called for of one version, oldest first."""
    return tuple(
        Review(line.facts["review"], Kind.EVENT, date.fromisoformat(line.facts["day"]), line.at,
               datetime.fromisoformat(line.facts["due"]),
               datetime.fromisoformat(line.facts["grace"]),
               frozenset(line.facts["asks"]) if line.facts["asks"] else None)
        for line in told if line.kind == CALLED and line.subject_id == version_id)


def answers_of(
    version_id: str, told: Sequence[Line], events: Iterable[Event]
) -> tuple[Answer, ...]:
    """Return what was answered about one version, oldest first. A wish to change whose amendment
    was declined or taken back is closed by that."""
    own = [line for line in told if line.kind in _SAYS and line.subject_id == version_id]
    if not own:
        return ()
    closed = {event.subject_id: event.at for event in events if event.kind in _CLOSED}
    return tuple(Answer(line.at, line.facts["party"], line.facts["review"], _SAYS[line.kind],
                        closed.get(line.facts.get("amendment") or "")) for line in own)


def checked_of(version_id: str, told: Iterable[Line]) -> tuple[Checked, ...]:
    """Return what was answered to the check-ins of one version, oldest first."""
    return tuple(Checked(line.at, line.facts["party"], line.facts["check_in"], _FEELS[line.kind])
                 for line in told if line.kind in _FEELS and line.subject_id == version_id)


def settled(
    facts: VersionFacts, told: Iterable[Line], versions: Mapping[str, VersionFacts]
) -> VersionFacts:
    """Return a version whose wishes to change are closed also where the text that came of them
    was not concluded: from its last day on, so that a decline looks like silence (Z4)."""
    drafted = {line.subject_id: line.facts["version"] for line in told if line.kind == DRAFTED}
    wished = {(line.at, line.facts["party"]): line.facts.get("amendment") for line in told
              if line.kind == ANSWER_KINDS[Says.CHANGE] and line.subject_id == facts.version_id}
    if not drafted or not wished:
        return facts
    return replace(facts, answers=tuple(
        replace(answer, closed_at=answer.closed_at or _ended_at(
            versions.get(drafted.get(wished.get((answer.at, answer.party_id)) or "", ""))))
        for answer in facts.answers))


def _ended_at(newer: VersionFacts | None) -> datetime | None:
    """Return when a text came to nothing, or when it will unless somebody acts."""
    if newer is None or newer.force_at() is not None:
        return None
    recalled = [at for at, act in newer.acts if act == "recall"]
    return min([newer.vouch_by() or newer.sign_by, *recalled])
