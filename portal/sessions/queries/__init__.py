"""Reading sessions: their dates, who is in them, and what each party sees."""

from portal.sessions.queries.addendum import Addendum, addendum_of
from portal.sessions.queries.dates import (
    Card,
    Dates,
    dates_of,
    facts_of,
    may_begin,
    planned_by_me,
    session_or_missing,
    sessions_card,
    sessions_of,
)
from portal.sessions.queries.own import OwnPage, OwnSession, appointments, next_of, own_page
from portal.sessions.queries.people import (
    IN_SESSION,
    SCHEDULE,
    Third,
    is_out,
    openings,
    passes_of,
    thirds_of,
)
from portal.sessions.queries.sheet import Listing, Sheet, frame_of, listing_of, sheet_of

__all__ = [
    "IN_SESSION", "SCHEDULE", "Addendum", "Card", "Dates", "Listing", "OwnPage", "OwnSession",
    "Sheet", "Third", "addendum_of", "appointments", "dates_of", "facts_of", "frame_of",
    "is_out", "listing_of", "may_begin", "next_of", "openings", "own_page", "passes_of",
    "planned_by_me", "session_or_missing", "sessions_card", "sessions_of", "sheet_of",
    "thirds_of",
]
