"""Consent receipts: what a coachee was asked, and what became of each yes and no, as data.

A receipt follows the field list of ISO/IEC TS 27560:2023 and says each thing in the terms of the
Data Privacy Vocabulary (DPV), as JSON-LD whose context stands in the receipt itself: nothing has
to be fetched to read it. It is made of recorded facts when it is asked for; a fact that was not
recorded is left out. The same facts give the same bytes.

Words: a *receipt* is of one version and its coachee; its *purposes* are the permissions of that
version; its *events* say what was asked, given, refused, taken back or ended, and when.

Must never: be handed to anybody but the coachee and the coach (Z1), name the coachee, tell of what
others declined (Z4), print a ledger sequence number.
"""
