"""What became of a permit line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.agreements.policy.facts import VersionFacts
from portal.agreements.policy.machines import LINE, VERSION
from portal.agreements.policy.versions import history

_HOLD = "hold(recipient silent at review | version suspended | engagement paused)"


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Hold a permit line and what the coachee chose; denies are not permits and do not sleep.

    `asleep` says that whoever would receive it was silent at a review, or is not sure to have
    signed (Z14).
    """

    number: int
    optional: bool
    ends: datetime | None
    accepted: bool | None
    withdrawn_at: datetime | None = None
    used_up_at: datetime | None = None
    asleep: bool = False


def line_state(line: LineFacts, version: VersionFacts, now: datetime) -> str:
    """Return the state of a permit line at `now`; only ACTIVE opens anything."""
    current = LINE.start
    moments: list[tuple[datetime, int, str]] = []
    for at, name in history(version, now):
        if name == "IN_FORCE":
            moments.append((at, 1, "in_force"))
        elif name == "SUSPENDED":
            moments.append((at, 1, "suspended"))
        elif name in VERSION.terminal:
            moments.append((at, 1, "ended"))
    for when, word in ((line.ends, "line_to_reached"), (line.used_up_at, "uses_exhausted"),
                       (line.withdrawn_at, "coachee_withdraws_line")):
        if when is not None and when <= now:
            moments.append((when, 0, word))
    for at, _, word in sorted(moments):
        current = _line_after(current, word, accepted=_is_accepted(line, at))
    return LINE.after(current, _HOLD) if line.asleep and current == "ACTIVE" else current


def _is_accepted(line: LineFacts, at: datetime) -> bool:
    """Tell whether a line is accepted when its version comes into force: what was taken back by
    then begins as if it had been refused (INV-7)."""
    taken = line.withdrawn_at is not None and line.withdrawn_at <= at
    return not taken and (not line.optional or bool(line.accepted))


def _line_after(current: str, word: str, *, accepted: bool) -> str:
    if word == "in_force":
        if current == "PROPOSED":
            return LINE.after(current, "version_in_force", "ACTIVE" if accepted else "REFUSED")
        word = "release_hold"
    elif word == "suspended":
        word = _HOLD
    elif word == "ended":
        word = "version_dead" if current == "PROPOSED" else "version_ended"
    return LINE.after(current, word) if LINE.allows(current, word) else current
