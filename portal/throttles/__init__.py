"""How often somebody tried, and when they may again.

A *limit* lets so many tries through in so long a time; *pauses* grow with each failure in a row.
Both count in the database, under a lock: all processes count the same, a restart forgets nothing,
and of tries at the same moment no more get through than of tries one after the other. What is
counted is a *subject*: a network, an address, a key of a program. It stands in the table as a keyed
digest alone. This room must never know why somebody tried.
"""
