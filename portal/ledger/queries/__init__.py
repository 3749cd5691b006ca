"""Reading the record, and examining it."""

from __future__ import annotations

from portal.ledger.queries.access import Noted, first_from, last_seen, looks_of, noted_of
from portal.ledger.queries.audit import Span, audit_lines
from portal.ledger.queries.reading import (
    Line,
    Lines,
    Shown,
    about,
    bodies_of,
    events_of,
    head_of,
    lines_of,
    some_events_of,
    told_of,
)
from portal.ledger.queries.walking import broken_chains, entry_count, walk

__all__ = [
    "Line", "Lines", "Noted", "Shown", "Span", "about", "audit_lines", "bodies_of", "broken_chains",
    "entry_count", "events_of", "first_from", "head_of", "last_seen", "lines_of", "looks_of",
    "noted_of", "some_events_of", "told_of", "walk",
]
