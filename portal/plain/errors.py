"""The few ways in which the portal says no.

Raising any of them rolls the unit of work back; the web layer turns each into one page.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class PortalError(Exception):
    """Stand above everything that the portal raises on purpose."""


class Missing(PortalError):
    """Say that there is nothing here for this person (HTTP 404), whatever the reason is."""


class DeadLink(PortalError):
    """Say that a link leads nowhere (HTTP 404), whatever the reason is (Z10)."""


class NotSignedIn(PortalError):
    """Say that a sign-in or a link comes first."""


class NotFresh(PortalError):
    """Say that who is signed in has to prove a factor once more before this act."""


class TooSoon(PortalError):
    """Say that somebody has to wait (HTTP 429): how many whole seconds, and until when."""

    def __init__(self, seconds: int, until: datetime) -> None:
        """Keep the seconds; there is at least one."""
        super().__init__(f"{seconds} s")
        self.seconds, self.until = seconds, until


class Unavailable(PortalError):
    """Say that something the portal stands on is out of order for a while (HTTP 503).

    `part` names it in a word. `unsure` says that it broke off while everything was being kept, so
    that nobody knows yet whether it was.
    """

    def __init__(self, part: str, *, unsure: bool = False) -> None:
        """Keep the word: it holds nothing of a person, so it may be logged."""
        super().__init__(part)
        self.part = part
        self.unsure = unsure


class Refused(PortalError):
    """Say no to an act, with the rule that decided (HTTP 403 or 409)."""

    def __init__(self, reason: StrEnum, status: int = 409) -> None:
        """Keep the rule as an enum: it holds no words of a person, so it may be logged."""
        super().__init__(str(reason))
        self.reason = reason
        self.status = status


def require(reason: StrEnum | None, status: int = 409) -> None:
    """Pass when there is no reason against it, and raise `Refused` otherwise."""
    if reason is not None:
        raise Refused(reason, status)
