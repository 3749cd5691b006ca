"""Who may come back without their authenticator, when, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: So long passes between the coach's ear and the first code that counts (SP 800-63B-4 §4.2).
WAIT = timedelta(hours=24)
#: What nobody answers ends after this long; so does what was heard and never used.
LASTS = timedelta(days=14)
#: A recovery code counts behind a link that was mailed so lately: both were at hand (§4.2).
FRESH = timedelta(hours=24)
#: So often in a day somebody may ask anew; each time all of the person's addresses are told.
ASKS_A_DAY = 5


class BackNo(StrEnum):
    """Name why somebody does not come back in this way."""

    NOTHING_LOST = "nothing_lost"
    HAS_ACCOUNT = "has_account"
    TOO_OFTEN = "too_often"
    LINK_OLD = "link_old"
    NOT_OPEN = "not_open"


@dataclass(frozen=True, slots=True)
class BackFacts:
    """Hold what decides whether a person may ask for a way back; `asked` counts the last day."""

    has_had_factor: bool
    has_account: bool
    asked: int = 0


def why_not_back(facts: BackFacts) -> BackNo | None:
    """Return why nobody comes back here at all: who has nothing to lose yet sets up the first app
    on the sign page, and who has an account comes back with their password."""
    if not facts.has_had_factor:
        return BackNo.NOTHING_LOST
    return BackNo.HAS_ACCOUNT if facts.has_account else None


def why_not_ask(facts: BackFacts) -> BackNo | None:
    """Return why a person cannot ask the coach to hear them, or None."""
    return why_not_back(facts) or (BackNo.TOO_OFTEN if facts.asked >= ASKS_A_DAY else None)


def why_not_recover(facts: BackFacts, link_issued_at: datetime, now: datetime) -> BackNo | None:
    """Return why no recovery code is looked at, or None: the link must have come lately."""
    no = why_not_back(facts)
    return no or (BackNo.LINK_OLD if now - link_issued_at > FRESH else None)


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Hold a request as the rules see it."""

    expires_at: datetime
    heard_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def ready_at(self) -> datetime | None:
        """Return from when the new app counts, or None before the coach heard the person."""
        return self.heard_at + WAIT if self.heard_at is not None else None


class Stage(StrEnum):
    """Say how far a request has come."""

    ASKED = "asked"
    WAITING = "waiting"
    READY = "ready"
    OVER = "over"


def stage(facts: AskedFacts, now: datetime) -> Stage:
    """Return how far a request has come by now; nobody has to write down that it ran out."""
    if facts.ended_at is not None or now >= facts.expires_at:
        return Stage.OVER
    ready = facts.ready_at
    if ready is None:
        return Stage.ASKED
    return Stage.READY if now >= ready else Stage.WAITING
