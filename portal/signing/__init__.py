"""The ceremony of one person: coming by link, reading, choosing, signing or declining.

A *sitting* is what a person has done so far; it is saved at every Continue and is evidence of
nothing. The *signature* copies from it what counts, in the transaction that takes the code.
Nobody signs for somebody else, nothing is ticked beforehand, and declining is as easy as
signing. This room must never show a text to somebody who has only opened a mail.
"""
