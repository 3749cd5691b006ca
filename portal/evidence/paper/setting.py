"""Setting words into lines: breaking, joining and turning letters, and naming unprintable ones.

Works in points, from left to right; what runs from right to left is already turned when it comes
out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bidi.algorithm import get_display

from portal.evidence.paper import faces

SPACES = re.compile(r"[ \t\r\n\f\v]+")
NO_END = "（「『《〈【〔［｛〝“‘"
NO_START = "、。，．：；？！）】」』〉》〕］｝〞゛゜ーぁぃぅぇぉっゃゅょァィゥェォッャュョ%‰"
TALL = "bdfhiklt"


@dataclass(frozen=True, slots=True)
class Style:
    """Say how words look; sizes in points, the colour as a hex triplet."""

    role: str
    size: float
    leading: float
    colour: str = "#1a2330"
    tracking: float = 0.0
    """Extra space after each letter, in thousandths of the size."""
    follows_text: bool = False
    """Whether a paragraph that begins from right to left also stands at the right."""


@dataclass(frozen=True, slots=True)
class Run:
    """Hold letters of one face: `x` and `rise` in points from the start of the line."""

    face: str
    text: str
    x: float
    rise: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one set line, its runs in the order of the eye, from left to right."""

    runs: tuple[Run, ...]
    width: float
    at_right: bool = False


def unprintable(text: str) -> set[str]:
    """Return the characters that the paper can only name by their code points."""
    return {c for c in unicodedata.normalize("NFC", text) if not _prints(c)}


def readable(text: str) -> str:
    """Return the text with each unprintable character named, as in "‹U+1F600›"."""
    text = unicodedata.normalize("NFC", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _prints(c) else f"‹U+{ord(c):04X}›" for c in text)


def plain_width(text: str, style: Style) -> float:
    """Return how wide a text is when set in one line, never less than a space."""
    return max(_width(readable(text), style), _width(" ", style))


@lru_cache(maxsize=1024)  # both editions of a version say mostly the same
def lines(text: str, style: Style, width: float) -> tuple[Line, ...]:
    """Return a text broken into lines no wider than `width`; line ends in it are kept.

    Breaks at spaces, between ideographs, and inside a word only where it is wider than a line.
    """
    out: list[Line] = []
    for paragraph in text.splitlines() or [""]:
        out.extend(_paragraph(readable(paragraph), style, width))
    return tuple(out)


@lru_cache(maxsize=16384)
def _prints(char: str) -> bool:
    return char in "\t\r\n\f\v" or faces.printable(char)


def _paragraph(text: str, style: Style, width: float) -> Iterator[Line]:
    turned = any(map(faces.is_rtl, text)) if not text.isascii() else False
    base = "R" if turned and style.follows_text and _starts_rtl(text) else "L"
    space = _width(" ", style)
    words: list[str] = []
    used = 0.0
    for spaced, word in _tokens(text, style, width):
        wide = _width(word, style)
        gap = space if spaced and words else 0.0
        if words and used + gap + wide > width + 0.01:
            yield _line("".join(words), style, turned, base)
            words, used, gap = [], 0.0, 0.0
        words.append(f" {word}" if gap else word)
        used += gap + wide
    yield _line("".join(words), style, turned, base)


def _tokens(text: str, style: Style, width: float) -> Iterator[tuple[bool, str]]:
    """Yield the unbreakable parts of a paragraph, each with whether a space stands before it."""
    for word in SPACES.split(text.strip()):
        spaced = True
        for part in _parts(word):
            for piece in _pieces(part, style, width):
                yield spaced, piece
                spaced = False


def _parts(word: str) -> list[str]:
    if word.isascii():
        return [word]
    parts: list[str] = []
    for char in word:
        stays = char in NO_START or (bool(parts) and parts[-1][-1] in NO_END)
        latin = bool(parts) and not _is_ideograph(char) and not _is_ideograph(parts[-1][-1])
        if parts and (stays or latin):
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _is_ideograph(char: str) -> bool:
    code = ord(char)
    return 0x2E80 <= code <= 0xD7A3 or 0xF900 <= code <= 0xFAFF or 0xFF01 <= code <= 0xFFEE


def _pieces(part: str, style: Style, width: float) -> Iterator[str]:
    if _width(part, style) <= width:
        yield part
        return
    piece, used = "", 0.0
    for char in part:
        wide = _width(char, style)
        if piece and used + wide > width:
            yield piece
            piece, used = "", 0.0
        piece += char
        used += wide
    yield piece


def _width(word: str, style: Style) -> float:
    return (_units(word, style.role) + style.tracking * len(word)) * style.size / 1000


@lru_cache(maxsize=8192)
def _units(word: str, role: str) -> float:
    if not word.isascii() and any(map(faces.is_rtl, word)):
        word = faces.shaped(word)
    return sum(faces.width(name, piece) for name, piece in _split(word, role))


def _line(text: str, style: Style, turned: bool, base: str) -> Line:
    if turned and any(map(faces.is_rtl, text)):
        text = str(get_display(" ".join(map(faces.shaped, text.split(" "))), base_dir=base))
    runs: list[Run] = []
    x = 0.0
    for name, piece in _split(text, style.role):
        if faces.is_mark(piece[0]):
            runs.append(_placed_mark(name, piece, x, runs[-1] if runs else None, style))
            continue
        runs.append(Run(name, piece, x))
        x += (faces.width(name, piece) + style.tracking * len(piece)) * style.size / 1000
    return Line(tuple(runs), x, base == "R")


def _placed_mark(name: str, mark: str, x: float, before: Run | None, style: Style) -> Run:
    """Put a mark, which is drawn around its own origin, over the middle of the letter before."""
    letter = before.text[-1] if before else " "
    half = faces.width(before.face, letter) / 2 if before else 0.0
    raised = unicodedata.combining(mark) == 230 and (
        letter.isupper() or unicodedata.normalize("NFD", letter)[0] in TALL
    )
    return Run(name, mark, x - half * style.size / 1000, 0.19 * style.size if raised else 0.0)


def _split(text: str, role: str) -> Iterator[tuple[str, str]]:
    """Yield (face, letters) from left to right; every mark comes alone."""
    if text.isascii():
        if text:
            yield faces.ROLES[role][0], text
        return
    start, current = 0, ""
    for at, char in enumerate(text):
        name = _face(role, char, current)
        if name != current or faces.is_mark(char) or (at and faces.is_mark(text[at - 1])):
            if at > start:
                yield current, text[start:at]
            start, current = at, name
    if start < len(text):
        yield current, text[start:]


def _face(role: str, char: str, current: str) -> str:
    if char == " " and current and ord(char) in faces.face(current).glyphs:
        return current  # a space does not change the face
    if faces.is_mark(char) and current and faces.face(current).has(ord(char)):
        return current
    name = faces.face_for(role, ord(char))
    if name is None:
        raise LookupError("a letter came to the setter without a face")
    return name


def _starts_rtl(text: str) -> bool:
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False
