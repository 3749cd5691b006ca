"""Who is in a session, and how: the agreement opens, the coachee can close (S2-20, S2-24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.sessions.policy.dates import SessionFacts, reaches


class Mode(StrEnum):
    """Say how somebody takes part; OUT keeps one away from this session alone."""

    SILENT = "silent"
    WHEN_ASKED = "when_asked"
    FULL = "full"
    OUT = "out"


class PassNo(StrEnum):
    """Name why a mode cannot be given."""

    NOT_OF_THIS_ROLE = "not_of_this_role"


class Presence(StrEnum):
    """Say whether somebody is in a session: what coach and coachee see."""

    IN = "in"
    #: The coachee closed the door, the person stepped out, or the coach keeps them away.
    NOT_IN = "not_in"
    #: No agreement in force reaches this session.
    NOT_AGREED = "not_agreed"


#: What each role may be given, the usual mode first. A supporter "speaks when the coachee or the
#: coach asks" (K56), so never more.
MODES = {
    "SUPPORTER": (Mode.WHEN_ASKED, Mode.SILENT, Mode.OUT),
    "GUEST": (Mode.WHEN_ASKED, Mode.SILENT, Mode.FULL, Mode.OUT),
}


@dataclass(frozen=True, slots=True)
class PassFacts:
    """Hold what decides whether a third person is in a session.

    `open_from` and `open_until` say when an agreement that all have signed lets them hear; both
    are None where there is none.
    """

    open_from: datetime | None
    open_until: datetime | None
    mode: Mode
    closed_at: datetime | None = None
    left_at: datetime | None = None


def usual_mode(role: str) -> Mode:
    """Return the mode of a role where nothing else was said."""
    return MODES[role][0]


def why_not_mode(role: str, mode: Mode) -> PassNo | None:
    """Return why a role cannot be given a mode."""
    return None if mode in MODES.get(role, ()) else PassNo.NOT_OF_THIS_ROLE


def presence_of(facts: PassFacts, session: SessionFacts) -> Presence:
    """Return where a third person stands in a session."""
    if (facts.open_from is None or facts.open_until is None
            or not reaches(facts.open_from, facts.open_until, session)):
        return Presence.NOT_AGREED
    shut = facts.closed_at is not None or facts.left_at is not None or facts.mode is Mode.OUT
    return Presence.NOT_IN if shut else Presence.IN
