"""When a question can be asked, and how long its yes can be used (domain 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from portal.ledger.policy import Event

#: The engine that answered stands with every answer: another one may answer otherwise.
ENGINE = "1"
#: How long a slip lives.
SLIP_LASTS = timedelta(minutes=5)
#: What happens to an engagement without changing what may be shared.
_CHANGES_NOTHING = frozenset({"share.recorded"})


class AskNo(StrEnum):
    """Name why something cannot be asked, taken along or written down as shared."""

    NOT_UNDERSTOOD = "not_understood"
    NO_YES = "no_yes"
    NO_LONGER = "no_longer"
    SLIP_OVER = "slip_over"
    CHANGED_SINCE = "changed_since"
    SHARED_ALREADY = "shared_already"


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """Hold what decides about a slip: until when it lives, and what it was made at."""

    expires_at: datetime
    revision: int


def why_not_share(
    *, yes_then: bool, yes_now: bool, shared: bool, slip: SlipFacts | None,
    events: Iterable[Event], now: datetime,
) -> AskNo | None:
    """Return why something cannot be shared now under an earlier answer.

    The answer of now decides. A slip besides is for what was true when it was made: after
    anything else has happened in the engagement, or after five minutes, it is asked anew.
    """
    if not yes_then:
        return AskNo.NO_YES
    if shared:
        return AskNo.SHARED_ALREADY
    if not yes_now:
        return AskNo.NO_LONGER
    if slip is None:
        return None
    if now >= slip.expires_at:
        return AskNo.SLIP_OVER
    later = (event for event in events if event.seq > slip.revision)
    return AskNo.CHANGED_SINCE if any(
        event.kind not in _CHANGES_NOTHING for event in later) else None
