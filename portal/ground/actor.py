"""Who acts, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Say who acts: a person of a practice, by which kind of sign-in, proven how far.

    `scope` is "coach" or "party", or "program" for a program with a coach's key, which is then
    the `session_id`. `level` is "mailbox" (came by link) or "factor". `role` is
    what an account is in its practice now: "owner", "coach", "helper", or nothing any more.
    Until `fresh_until` a factor was proven so recently that acts which ask for it may be done.
    """

    person_id: str
    practice_id: str
    scope: str
    level: str
    session_id: str
    account_id: str | None = None
    engagement_id: str | None = None
    invitation_id: str | None = None
    role: str = ""
    fresh_until: datetime | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether a factor was proven a moment ago."""
        return self.fresh_until is not None and now < self.fresh_until

    @property
    def proven(self) -> bool:
        """Tell whether a second factor stands behind this sign-in."""
        return self.level == "factor"


@dataclass(frozen=True, slots=True)
class Origin:
    """Say from where, as it is kept: network prefix and kind of browser; and, kept nowhere, which
    browser it is and by which marks accounts know it."""

    network: str | None = None
    browser: str | None = None
    device: str = ""
    known_for: frozenset[str] = frozenset()


NOWHERE = Origin()
