"""Agreements are looked at again: who is asked when, and what became of it.

A *review* is a day on which a text asks to be looked at; an *answer* is keep, change or end. When
reviews are due, who has answered and what silence does is computed in `agreements`; this room
asks, reminds and takes the answers. It must never let a question, a reminder or its absence tell
anybody but coach and coachee what somebody else said (Z3), nor let a permission depend on its
having run.
"""
