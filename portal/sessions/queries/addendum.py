"""What the text of an addendum says about its session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.engagements.queries import by_id
from portal.people.queries import practice_or_missing
from portal.sessions.policy import SessionNo, end_at, why_not_bring
from portal.sessions.queries.dates import facts_of, session_or_missing

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Addendum:
    """Hold the session of an addendum as it would be frozen now, in the practice's zone.

    It has to be signed before `starts_at`, and ends at `end_at` at the latest (INV-9). `no` says
    why it cannot be any more: the session has begun or is cancelled.
    """

    session: str
    starts_at: datetime
    ends_at: datetime
    end_at: datetime
    no: SessionNo | None


def addendum_of(work: Work, agreement: Agreement) -> Addendum:
    """Return what the text of an addendum says about its session; `Missing` for an agreement
    that is for no session."""
    session = session_or_missing(work, agreement.engagement_id, agreement.session_id or "")
    engagement = by_id(work, agreement.engagement_id)
    zone = ZoneInfo(practice_or_missing(work, engagement.practice_id).timezone)
    ends_at = session.ends_at.astimezone(zone)
    return Addendum(f"S{session.number}", session.starts_at.astimezone(zone), ends_at,
                    end_at(ends_at), why_not_bring(facts_of(session), work.now))
