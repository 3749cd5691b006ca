"""Reading what was signed around an engagement, as the decision needs it."""

from portal.sharing.queries.world import Around, Said, around, world_of

__all__ = ["Around", "Said", "around", "world_of"]
