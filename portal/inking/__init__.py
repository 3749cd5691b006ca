"""Signatures made with ink on paper, recorded by the coach with a scan (Z26).

A *sheet* is the printed text for one person, with a line to sign and boxes to tick; the *scan*
is a picture of the signed sheet, encrypted and kept as evidence; the *basis* says whether the
paper is a print of this very version or an earlier one. Recording is an act of the coach, signed
for with a code, and told apart from a signature on a screen wherever one is shown. This room
must never let a paper answer for the coachee what the coachee did not tick.
"""
