"""Sharing: may the coach share this, with this person, in this way, now?

A *world* is what was signed around one engagement, a *request* is one such question, a
*decision* is a yes or a no with the line that decides. This room must never say yes because
something is missing, unknown or broken: an error is a no.
"""
