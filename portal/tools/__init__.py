"""Tools: programs that a coach already uses ask before they send something.

A *program* holds a key of a coach and asks in that coach's name, in that coach's own engagements
alone; the ids of all others do not exist (Z5). This room must never answer a program with more
than the coach's own pages say, and never with a yes where anything was wrong: an error is a no.
"""
