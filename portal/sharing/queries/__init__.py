"""Reading what was signed around an engagement, and what was asked of it."""

from portal.sharing.queries.asked import (
    Told,
    ToldPage,
    question_or_missing,
    share_of,
    slip_of,
    told_of,
)
from portal.sharing.queries.world import Around, Said, around, askable, world_of

__all__ = [
    "Around", "Said", "Told", "ToldPage", "around", "askable", "question_or_missing", "share_of",
    "slip_of", "told_of", "world_of",
]
