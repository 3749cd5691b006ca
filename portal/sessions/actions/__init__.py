"""Changing sessions: their dates, who is brought in, and the door."""

from portal.sessions.actions.dates import cancel, move, own, plan
from portal.sessions.actions.doors import close_door, forget_passes, leave, open_door, set_mode
from portal.sessions.actions.guests import NewGuest, bring_in

__all__ = ["NewGuest", "bring_in", "cancel", "close_door", "forget_passes", "leave", "move",
           "open_door", "own", "plan", "set_mode"]
