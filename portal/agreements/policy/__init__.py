"""When a version is in force, and what became of its lines: pure, from records and the clock."""

from portal.agreements.policy.checking import (
    FEELS_KINDS,
    Checked,
    CheckIn,
    Feels,
    check_in_for,
    check_ins,
)
from portal.agreements.policy.days import NamedDay, days_of, known_end, known_force
from portal.agreements.policy.facts import (
    PAIRING_DEADLINE,
    SignedFacts,
    SlotFacts,
    VersionFacts,
    Withdrawn,
)
from portal.agreements.policy.lines import LineFacts, line_state
from portal.agreements.policy.machines import (
    ENDS,
    KINDS,
    LINE,
    OPEN_STATES,
    REVIEW,
    SIGNATURE,
    VERSION,
    withdrawing,
)
from portal.agreements.policy.outside import as_others_know
from portal.agreements.policy.reading import laid_out, minutes_to_read
from portal.agreements.policy.reviews import (
    ANSWER_KINDS,
    CALLED,
    DRAFTED,
    GIVES,
    LEAD,
    REVIEWED,
    Answer,
    Kind,
    Review,
    Rhythm,
    Says,
    holds_at,
    kept_at,
    quiet,
    reviews,
    sleeps_for,
    slept_out_at,
    unheard,
)
from portal.agreements.policy.signing import SignFacts, SignNo, is_waiting, why_not_sign
from portal.agreements.policy.succession import held_before, holds, version_before
from portal.agreements.policy.versions import history, in_force_spans, state, with_successors
from portal.agreements.policy.vouching import ANEW, VOUCHED, vouched_since

__all__ = [
    "ANEW", "ANSWER_KINDS", "CALLED", "DRAFTED", "ENDS", "FEELS_KINDS", "GIVES", "KINDS", "LEAD",
    "LINE", "OPEN_STATES", "PAIRING_DEADLINE", "REVIEW", "REVIEWED", "SIGNATURE", "VERSION",
    "VOUCHED", "Answer", "CheckIn", "Checked", "Feels", "Kind", "LineFacts", "NamedDay", "Review",
    "Rhythm", "Says", "SignFacts", "SignNo", "SignedFacts", "SlotFacts", "VersionFacts",
    "Withdrawn", "as_others_know", "check_in_for", "check_ins", "days_of",
    "held_before", "history", "holds", "holds_at", "in_force_spans", "is_waiting", "kept_at",
    "known_end", "known_force", "laid_out", "line_state", "minutes_to_read", "quiet", "reviews",
    "sleeps_for", "slept_out_at", "state", "unheard", "version_before", "vouched_since",
    "why_not_sign", "with_successors", "withdrawing",
]
