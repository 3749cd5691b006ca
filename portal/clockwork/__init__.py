"""The clockwork's own memory: which job ran last, and what it could not do.

A job does its items one by one, each in a unit of work of its own. What raises is tried again a
few times and then set aside, so that it blocks nobody behind it. This room must never know what
a job is about.
"""
