"""When coach and coachee meet, and who else is in the room.

A *session* belongs to coach and coachee. A supporter takes part while their agreement holds, a
guest by an addendum for exactly that session, which ends with it (INV-9). Each takes part in a
*mode*: silent, when asked, full. The coachee closes the *door* to anybody at any minute and
need not say why. This room must never let a row of its own permit what no agreement does, and
never tell anybody but coach and coachee that a door was closed.
"""
