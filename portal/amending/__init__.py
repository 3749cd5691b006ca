"""Changing what was agreed: somebody proposes it, the coach drafts the next version, all sign it.

An *amendment* begins with a *proposal*, in the words of whoever signed a text, or with the coach.
It is talked about, declined in words, or drafted as the *next version*, which counts when everyone
has signed it (domain 2.6). The version before holds until then, whatever becomes of the new one.
This room must never show a proposal to anybody but its author, the coach and the coachee, and
never change what was signed.
"""
