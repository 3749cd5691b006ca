"""Vouching: the coach hears the signer read eight digits, and types them (Z8).

The digits stand on the signer's own screen for ten minutes, so typing them joins the voice
that the coach knows with the browser that signed. It blocks coming into force, never reading
or signing. This room must never show the digits to the coach.
"""
