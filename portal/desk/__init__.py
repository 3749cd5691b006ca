"""The desk: pages that look into many rooms.

For the coach "Today" and one page per engagement; for a party the receipt, "My consents",
papers and dates. This room reads and never decides.
"""
