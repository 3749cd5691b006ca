"""The append-only record, and the access log.

*Ledger*: evidence. One hash chain per engagement and one per practice, written in the same
transaction as the act. An entry holds ids, codes and hashes; never a name, an address or a
word of somebody's text. Status is computed from it. *Access log*: who opened what, what was
refused, wrong codes; written in its own small transaction.

This room must never change or delete an entry, and never let personal words in.
"""
