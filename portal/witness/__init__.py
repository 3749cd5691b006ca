"""What lets somebody else find out that the record or a paper was changed.

A *checkpoint* is a signed note over the newest entry of every chain of a practice that has grown
since the one before, and over that one: whoever keeps one copy of it elsewhere holds a witness
against all that was recorded until then. A *fault* says where record, checkpoints and papers
contradict each other. This room must never say a word of what was agreed, nor name anybody.
"""
