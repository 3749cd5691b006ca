"""The vendored fonts, which of them prints a letter, and how wide it is.

A role ("serif", "sans") is a chain of faces: the first one that has the letter prints it. Faces
are parsed once per process, and only when a letter asks for them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import arabic_reshaper
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent.parent / "fonts"

Spans = tuple[tuple[int, int], ...]

LATIN: Spans = ((0x20, 0x058F), (0x1D00, 0x2E7F), (0xA700, 0xA7FF), (0xFB00, 0xFB06))
ARABIC: Spans = ((0x0600, 0x06FF), (0x0750, 0x077F), (0x200C, 0x200C))
ARABIC_FORMS: Spans = ((0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
HEBREW: Spans = ((0x0590, 0x05FF),)
HANGUL: Spans = ((0x3131, 0x3163), (0xAC00, 0xD7A3))
IDEOGRAPHS: Spans = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF01, 0xFFEE))

# What a face may print: elsewhere it may hold letters that it cannot join or place.
SCRIPTS: dict[str, Spans] = {
    "SourceSerif4SmText-Regular": LATIN,
    "SourceSerif4-Semibold": LATIN,
    "SourceSerif4Display-It": LATIN,
    "SourceSans3-Regular": LATIN,
    "SourceSans3-Semibold": LATIN,
    "NotoNaskhArabic-Regular": ARABIC + ARABIC_FORMS,
    "NotoSerifHebrew-Regular": HEBREW,
    "NanumGothicCoding": HANGUL,
    "DroidSansFallbackFull": IDEOGRAPHS,
}
_REST = tuple(name for name in SCRIPTS if SCRIPTS[name] is not LATIN)
ROLES: dict[str, tuple[str, ...]] = {
    "serif": ("SourceSerif4SmText-Regular", "SourceSans3-Regular", *_REST),
    "serif-bold": ("SourceSerif4-Semibold", "SourceSans3-Semibold", *_REST),
    "serif-italic": ("SourceSerif4Display-It", "SourceSans3-Regular", *_REST),
    "sans": ("SourceSans3-Regular", "SourceSerif4SmText-Regular", *_REST),
    "sans-bold": ("SourceSans3-Semibold", "SourceSerif4-Semibold", *_REST),
}

# Controls, invisible formatting, halves, private and unassigned code points, line separators.
NEVER = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

# Vowel marks are kept so that they are seen to be unprintable; the default throws them away.
_reshaper = arabic_reshaper.ArabicReshaper({"delete_harakat": False})


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """Hold one parsed font; `widths` are in thousandths of the size."""

    font: TTFont
    spans: Spans
    glyphs: dict[int, int]
    widths: dict[int, float]

    def has(self, code: int) -> bool:
        """Tell whether this face prints the code point."""
        return code in self.glyphs and any(low <= code <= high for low, high in self.spans)


@cache
def face(name: str) -> Face:
    """Return a face, parsed and registered once."""
    font = TTFont(name, str(FONTS / f"{name}.ttf"), asciiReadable=1)
    pdfmetrics.registerFont(font)
    return Face(font, SCRIPTS[name], font.face.charToGlyph, font.face.charWidths)


@lru_cache(maxsize=16384)
def face_for(role: str, code: int) -> str | None:
    """Return the name of the first face of a role that prints a code point, or None."""
    if code == 0xA0:
        code = 0x20
    for name in ROLES[role]:
        if any(low <= code <= high for low, high in SCRIPTS[name]) and face(name).has(code):
            return name
    return None


def width(name: str, text: str) -> float:
    """Return how wide a text is in one face, in thousandths of the size."""
    widths = face(name).widths
    return sum(widths[ord(char)] for char in text)


def shaped(word: str) -> str:
    """Return a word with its Arabic letters in the forms that join, still in reading order."""
    return str(_reshaper.reshape(word))


def is_rtl(char: str) -> bool:
    """Tell whether a letter runs from right to left."""
    return unicodedata.bidirectional(char) in ("R", "AL")


def is_mark(char: str) -> bool:
    """Tell whether a character sits on the letter before it."""
    return unicodedata.category(char) == "Mn"


def printable(char: str) -> bool:
    """Tell whether one character prints, alone or on its letter, in every role."""
    if unicodedata.category(char) in NEVER and char != "\u200c":
        return False
    code = ord(char)
    if is_mark(char):  # only where each upright face can place it
        names = ("SourceSerif4SmText-Regular", "SourceSans3-Regular")
        return all(face(name).has(code) for name in names)
    if any(low <= code <= high for low, high in ARABIC) and char.isalpha():
        return _joins(char)
    return all(face_for(role, code) for role in ROLES) and not _is_form(code)


def code_points() -> Iterator[int]:
    """Yield every code point that the vendored fonts print, in order."""
    codes = {code for name in SCRIPTS for code in face(name).glyphs}
    return (code for code in sorted(codes) if code < 0x110000 and printable(chr(code)))


def _is_form(code: int) -> bool:
    return any(low <= code <= high for low, high in ARABIC_FORMS)


def _joins(char: str) -> bool:
    """Tell whether an Arabic letter has all its joining forms: beginning, middle, end, alone."""
    forms = {form for word in (char, char * 3) for form in shaped(word)}
    naskh = face("NotoNaskhArabic-Regular")
    joined = char in arabic_reshaper.letters.LETTERS_ARABIC
    return joined and all(naskh.has(ord(form)) for form in forms)
