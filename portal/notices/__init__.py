"""The outbox: what has to happen outside the house, written in the transaction that wants it.

A notice knows a resolved destination, and looks nobody up. News that can wait is gathered into
one letter a day for each person. Mail and sealing are claimed by compare-and-set, done outside
any transaction, and settled afterwards; twice is once, for the Message-ID and the dedupe key
stay the same. This room must never decide who is told what.
"""
