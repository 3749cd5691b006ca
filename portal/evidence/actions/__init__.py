"""Making the seals of a practice, and keeping sealed papers."""

from portal.evidence.actions.papers import Sealed, keep_papers, new_short_code, say_being_sealed
from portal.evidence.actions.seals import make_seal, renew_list, take_seal

__all__ = [
    "Sealed", "keep_papers", "make_seal", "new_short_code", "renew_list", "say_being_sealed",
    "take_seal",
]
