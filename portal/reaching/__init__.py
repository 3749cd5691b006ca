"""Reaching people: their links, again and on time.

Sending a link anew, revoking it, reminding, correcting an address, recalling a text, and the
front door ("Send me my link"). A person gets one link at a time and one reminder a day. This
room must never tell the coach that somebody declined before the deadline (Z4), and never tell
a stranger whether an address is known (Z10).
"""
