"""Issuing: the coach's way from a name to a sent invitation, and looking after it.

*Naming* says who takes part, *terms* says what is agreed, *issuing* freezes the text, signs
the coach's own part and sends the link. Afterwards: re-issue, revoke, remind, recall, vouch.
The front door ("Send me my link") is here too. This room must never show the coach what the
coachee answered before it counts, and never say that somebody declined before the deadline.
"""
