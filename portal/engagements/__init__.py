"""Who takes part in a coaching engagement, in which role, and when they meet.

An *engagement* has named *parties*: the coachee, the coach, and later others. It becomes
active by itself while every mandatory agreement is in force (INV-2). This room must never
guess a role from an address, and never hold what was agreed.
"""
