"""Which characters the portal can print on paper, asked at entry, without any font library.

The ranges in `glyphs.txt` are made from the vendored fonts (`python -m
portal.evidence.paper.coverage`); a test makes them anew and compares.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

RANGES = Path(__file__).with_name("glyphs.txt")
JOINER = "\u200c"  # keeps two Arabic letters apart, as in Persian names


def why_not_printable(text: str, *, several_lines: bool = False) -> str:
    """Return the characters of `text` that no paper of ours could show, each once; "" when none.

    Refused are control characters, marks that turn the direction of writing, private and
    unassigned code points, emoji, and scripts that the fonts do not hold. Line ends pass only
    with `several_lines`. The text is judged in its composed form (NFC), as it is kept.
    """
    composed = unicodedata.normalize("NFC", text)
    if several_lines:
        composed = composed.replace("\r\n", "\n").replace("\n", " ")
    bad = dict.fromkeys(
        char for at, char in enumerate(composed)
        if not _known(char) or (char == JOINER and not _between_arabic(composed, at))
    )
    return "".join(bad)


def named(characters: str) -> str:
    """Return characters so that a message can show them: "😀 (U+1F600), U+202E"."""
    return ", ".join(
        f"{char} (U+{ord(char):04X})" if unicodedata.category(char)[0] in "LNPS"
        else f"U+{ord(char):04X}"
        for char in characters
    )


def _known(char: str) -> bool:
    starts, ends = _ranges()
    at = bisect_right(starts, ord(char)) - 1
    return at >= 0 and ord(char) <= ends[at]


def _between_arabic(text: str, at: int) -> bool:
    around = (text[at - 1 : at], text[at + 1 : at + 2])
    return all(char and unicodedata.bidirectional(char) == "AL" for char in around)


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    starts, ends = [], []
    for line in RANGES.read_text(encoding="ascii").splitlines():
        if line and not line.startswith("#"):
            first, _, last = line.partition("-")
            starts.append(int(first, 16))
            ends.append(int(last or first, 16))
    return starts, ends
