"""Invitation links and what they open.

One link per person and engagement (Z9). A link is a way in, never a factor: its GET changes
nothing and shows nothing personal, and what is behind it depends on who the person proves to
be. Unknown, expired, revoked and used links look the same (Z10). A new link ends the old one.
"""
