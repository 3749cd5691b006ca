"""The beginnings of words, by which a name is found although it is stored encrypted."""

from __future__ import annotations

import re
import unicodedata

#: One letter finds everybody, and would tell most of who stores only digests of it.
SHORTEST, LONGEST = 2, 12
#: So many words of what was typed are looked for.
_MOST_WORDS = 6


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are compared: no case, no accents, no punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", bare.casefold())


def beginnings(text: str) -> set[str]:
    """Return every beginning of every word, from two to twelve letters long.

    A word of one letter, as names have them in some scripts, is its own beginning.
    """
    return {word[:length] for word in words_of(text)
            for length in range(min(SHORTEST, len(word)), min(LONGEST, len(word)) + 1)}


def sought(text: str) -> list[str]:
    """Return the beginnings that a name must all have to be found by what somebody typed."""
    return [word[:LONGEST] for word in dict.fromkeys(words_of(text))][:_MOST_WORDS]
