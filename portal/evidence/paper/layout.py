"""The look of the paper: its styles, and rows in a narrow and a wide column.

One language with the screen: serif is what was signed, sans is everything about it; ink, one
blue for signatures, hairlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.evidence.paper.pages import COLUMN, FULL, LEFT, NARROW, WIDE, Row, Rule, Words
from portal.evidence.paper.setting import Style, lines

INK, QUIET, BLUE, HAIR = "#1a2330", "#4a5563", "#23408e", "#cfd4cc"

PRACTICE = Style("serif-bold", 13, 17)
KICKER = Style("sans", 9.2, 13, QUIET)
TITLE = Style("sans-bold", 25, 29, tracking=-12)
LEDE = Style("sans", 12, 16, QUIET)
HEADING = Style("sans-bold", 15, 19, tracking=-4)
INTRO = Style("sans", 9.4, 13.4, QUIET)
LABEL = Style("sans-bold", 9.4, 13.4)
NOTE = Style("sans", 8, 11, QUIET)
TEXT = Style("sans", 9.4, 13.4)
SHORT = Style("sans", 9.4, 13.4, QUIET, follows_text=True)
SIGNED = Style("serif", 10.2, 14.8, follows_text=True)
NAME = Style("sans-bold", 10.2, 14.4)
MARK = Style("serif-italic", 25, 30, BLUE)
FOOT = Style("sans", 7.6, 10.2, QUIET)


@dataclass(frozen=True, slots=True)
class Para:
    """Hold words of one style; `before` is the white above them."""

    text: str
    style: Style
    before: float = 0.0
    leads: bool = False
    """Whether two lines of what follows stay with these words."""


def baseline(style: Style) -> float:
    """Return how far below the top of its line a style's baseline lies."""
    return (style.leading - style.size) / 2 + 0.79 * style.size


def stack(paras: Sequence[Para], x: float, width: float, *, keep: bool = False) -> list[Row]:
    """Return one row for each line of the paragraphs, all tied together with `keep`."""
    rows: list[Row] = []
    for para in paras:
        before, begins = para.before, len(rows)
        for line in lines(para.text, para.style, width):
            words = Words(x, baseline(para.style), line, para.style, width)
            rows.append(Row(para.style.leading, [words], before, keep or para.leads))
            before = 0.0
        rows[begins].para = para
    return rows


def heading(text: str, *intro: str) -> list[Row]:
    """Return a section's heading with what it says of itself, tied to what follows."""
    paras = [Para(text, HEADING, 30), *(Para(part, INTRO, 3) for part in intro)]
    rows = stack(paras, LEFT, FULL, keep=True)
    rows[-1].height += 9
    return rows


def beside(
    label: Sequence[Para], body: Sequence[Para], *, pad: float = 8.0, first: bool = False,
    whole: bool = False,
) -> list[Row]:
    """Return a label in the narrow column and words in the wide one, below a rule."""
    return framed(
        label, stack(body, COLUMN, WIDE), baseline(body[0].style),
        pad=pad, first=first, whole=whole,
    )


def framed(
    label: Sequence[Para], rows: list[Row], base: float, *, pad: float, first: bool, whole: bool
) -> list[Row]:
    """Return `rows` below a rule, with a label whose first baseline is `base` below their top.

    The label, and at least two lines on each side of a page's end, stay together; with `whole`,
    everything does.
    """
    leading = [row.keep for row in rows]
    for at, row in enumerate(rows[:-1]):
        led = leading[at] or leading[at - 1]
        row.keep = whole or led or at in (0, len(rows) - 2)
    rows[-1].keep = False
    rows[0].label = label
    rows[0].height += pad
    _shift(rows[0], pad)
    weight, colour = (1.2, INK) if first else (0.5, HAIR)
    rows[0].items.insert(0, Rule(LEFT, 0, FULL, weight, colour))
    y, height = pad + base, pad
    for para in label:
        y += para.before
        height += para.before
        for line in lines(para.text, para.style, NARROW):
            rows[0].items.append(Words(LEFT, y, line, para.style))
            y += para.style.leading
            height += para.style.leading
    _cover(rows, height)
    rows[-1].height += pad
    return rows


def _shift(row: Row, by: float) -> None:
    row.items = [item.lower(by) for item in row.items]


def _cover(rows: Sequence[Row], height: float) -> None:
    """Tie rows until they are as high as what stands beside them, and stretch the last one."""
    covered = 0.0
    for row in rows:
        covered += row.before + row.height
        if covered < height and row is not rows[-1]:
            row.keep = True
    if covered < height:
        rows[-1].height += height - covered

