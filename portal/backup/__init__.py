"""A whole portal in one file, and back: the same format for both databases.

A *backup* is an encrypted archive of tables, spelled so that whoever can read JSON can read it,
with a *manifest* behind them that says what must be in it. It is *taken* in one moment of the
database, *examined* in a scratch place, and only what passed there takes the place of anything.
This folder must never let a backup count as good that was not read back whole.
"""
