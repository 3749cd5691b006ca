"""Erasing: a data key is destroyed, and what it covered can be read by nobody any more.

To *destroy* a key is to empty its row; evidence that names it stays as it was written, as noise
under hashes (Z18, INV-10). What is no evidence is overwritten besides. This room must never change
a row of evidence, and never write down who or what was erased but by an id.
"""
