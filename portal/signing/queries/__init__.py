"""What waits for a person, how far they are, and what parties hope for."""

from portal.signing.queries.hopes import (
    Heard,
    expectation_of,
    hopes_for_coach,
    hopes_for_signers,
    hopes_of,
)
from portal.signing.queries.waiting import (
    Seat,
    differences_of,
    own_version,
    progress_of,
    reader_in,
    seat_of,
    signed_words,
    sitting_of,
    waiting_of,
)

__all__ = ["Heard", "Seat", "differences_of", "expectation_of", "hopes_for_coach",
           "hopes_for_signers", "hopes_of", "own_version", "progress_of", "reader_in",
           "seat_of",
           "signed_words", "sitting_of", "waiting_of"]
