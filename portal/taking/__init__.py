"""Taking back: a yes, a signature that is not one's own, one's part in it; and what was seen by
mistake.

A *withdrawal* is of one line, of some kinds of information of a line, or of a whole agreement. It
counts in the transaction that records it (INV-7), needs no code and no reason (Z13), and ends
permits alone: duties, noes, papers and records stay (INV-21). This room must never stop somebody
from taking back, never ask why, and never let anybody but coach and coachee know (Z3).
"""
