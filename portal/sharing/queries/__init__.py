"""Reading what was signed around an engagement, and what was asked of it."""

from portal.sharing.queries.asked import Told, ToldPage, told_of, told_or_missing
from portal.sharing.queries.glance import Glance, Said, glance
from portal.sharing.queries.rows import meetings
from portal.sharing.queries.world import Around, around, world_of

__all__ = [
    "Around", "Glance", "Said", "Told", "ToldPage", "around", "glance", "meetings", "told_of",
    "told_or_missing", "world_of",
]
