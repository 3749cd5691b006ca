"""Evidence: what stays in people's hands when the portal is gone.

Guarantees that both editions of a sealed copy are printed from recorded facts alone, that the
common edition has no room for what only the coachee and the coach may know (Z1), and that every
letter is either printed or named by its code point, never dropped.

Words: an *edition* is one of the two papers of a version; a *sealed copy* is an edition under
the portal's seal; its *short code* is printed on each page; the *record* is the canonical JSON
that is attached to it and decides.

Must never: read tables from `policy` or `paper`, take a fact from a clock or a guess, print a
ledger sequence number, import the PDF libraries anywhere but in `paper` (the sealing process).
"""
