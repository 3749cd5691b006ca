"""When a version is in force, and what became of its lines: pure, from records and the clock."""

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
    SIGNATURE,
    VERSION,
    withdrawing,
)
from portal.agreements.policy.outside import as_others_know
from portal.agreements.policy.reading import laid_out, minutes_to_read
from portal.agreements.policy.signing import SignFacts, SignNo, is_waiting, why_not_sign
from portal.agreements.policy.succession import held_before, holds, version_before
from portal.agreements.policy.versions import history, in_force_spans, state, with_successors

__all__ = [
    "ENDS", "KINDS", "LINE", "OPEN_STATES", "PAIRING_DEADLINE", "SIGNATURE", "VERSION", "LineFacts",
    "SignFacts", "SignNo", "SignedFacts", "SlotFacts", "VersionFacts", "Withdrawn",
    "as_others_know", "held_before", "history", "holds", "in_force_spans", "is_waiting", "laid_out",
    "line_state", "minutes_to_read", "state", "version_before", "why_not_sign", "with_successors",
    "withdrawing",
]
