"""When sessions may be planned and moved, and who takes part in them: pure, from facts."""

from portal.sessions.policy.dates import (
    MOVES_WITHIN,
    SessionFacts,
    SessionNo,
    Span,
    Word,
    end_at,
    reaches,
    span_of,
    why_not_bring,
    why_not_cancel,
    why_not_move,
    why_not_span,
    word,
)
from portal.sessions.policy.passes import (
    MODES,
    Mode,
    PassFacts,
    PassNo,
    Presence,
    presence_of,
    usual_mode,
    why_not_mode,
)

__all__ = [
    "MODES", "MOVES_WITHIN", "Mode", "PassFacts", "PassNo", "Presence",
    "SessionFacts", "SessionNo", "Span", "Word", "end_at", "presence_of", "reaches", "span_of",
    "usual_mode", "why_not_bring", "why_not_cancel", "why_not_mode",
    "why_not_move", "why_not_span", "word",
]
