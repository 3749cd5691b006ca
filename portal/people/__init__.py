"""Practices, accounts, memberships, persons, factors and sign-in sessions.

A *practice* is the house of a coach or several. A *person* belongs to one practice and has
contact points and factors there; an *account* is a person who signs in with a password, a
*member* what it is in the practice: owner, coach or helper. Whoever joins comes by a link.
*Factor* means an authenticator that was enrolled. A code is taken here and nowhere else, so
that failures count on every path. This room must never let one practice see another's people.
"""
