"""What the text of an addendum says about its session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from portal.engagements.queries import by_id
from portal.people.queries import practice_or_missing
from portal.plain.errors import require
from portal.sessions.policy import end_at, why_not_bring
from portal.sessions.queries.dates import facts_of, session_or_missing

if TYPE_CHECKING:
    from portal.agreements.models import Agreement
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Addendum:
    """Hold the session of an addendum as it would be frozen now, in the practice's zone.

    It has to be signed before `starts_at`, and ends at `end_at` at the latest (INV-9).
    """

    session: str
    starts_at: datetime
    ends_at: datetime
    end_at: datetime


def addendum_of(work: Work, agreement: Agreement) -> Addendum:
    """Return what the text of an addendum says about its session.

    Raises `Refused` once the session has begun or is cancelled, and `Missing` for an agreement
    that is for no session.
    """
    session = session_or_missing(work, agreement.engagement_id, agreement.session_id or "")
    require(why_not_bring(facts_of(session), work.now))
    engagement = by_id(work, agreement.engagement_id)
    zone = ZoneInfo(practice_or_missing(work, engagement.practice_id).timezone)
    ends_at = session.ends_at.astimezone(zone)
    return Addendum(f"S{session.number}", session.starts_at.astimezone(zone), ends_at,
                    end_at(ends_at))
