"""When a version is in force, and what became of its lines: pure, from records and the clock."""

from portal.agreements.policy.facts import PAIRING_DEADLINE, SignedFacts, SlotFacts, VersionFacts
from portal.agreements.policy.lines import LineFacts, line_state
from portal.agreements.policy.machines import KINDS, LINE, OPEN_STATES, SIGNATURE, VERSION
from portal.agreements.policy.reading import laid_out
from portal.agreements.policy.signing import SignFacts, SignNo, why_not_sign
from portal.agreements.policy.versions import history, in_force_spans, state, with_successors

__all__ = [
    "KINDS", "LINE", "OPEN_STATES", "PAIRING_DEADLINE", "SIGNATURE", "VERSION", "LineFacts",
    "SignFacts", "SignNo", "SignedFacts", "SlotFacts", "VersionFacts", "history",
    "in_force_spans", "laid_out", "line_state", "state", "why_not_sign", "with_successors",
]
