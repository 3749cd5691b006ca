"""Authenticators: enrolling them, and taking their codes.

Every code of the portal is taken by `use_code`, so failures count over every path and a code
works once, ever (INV-20). A *pending* factor waits for its first code; enrolling burns that
step. Withdrawing never asks for a code, so nothing here can stand in its way (INV-7).
"""
