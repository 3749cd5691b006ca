"""Agreements, their frozen versions, their lines, and the signatures over them.

A *version* is a frozen text with a hash and a table of *lines*; it is in force exactly when
every required party signed the same hash in time, what had to be vouched for was vouched for,
its day has come and nothing ended it (INV-1). That is computed from rows that never change
and from the clock, never stored. This room must never change a version or a signature
(INV-10).
"""
