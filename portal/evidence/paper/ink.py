"""The pen: writes lines, rules and drawn strokes onto reportlab's canvas.

Content operators are written here and not through the canvas's text objects: those measure and
encode each letter anew, which took half of the time of a page.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from portal.evidence.paper.faces import face
from portal.evidence.paper.setting import Line, Run, Style
from portal.evidence.policy import Stroke

rl_config.useA85 = 0  # streams as they are, not as letters: a fifth smaller and faster

_PLAIN = set(range(32, 127)) - set(b"\\()")
_ESCAPES = {code: f"\\{code:03o}" for code in range(256) if code not in _PLAIN}


class Ink:
    """Write on pages; y runs downwards from the top edge. One document, one use."""

    def __init__(self, width: float, height: float, language: str) -> None:
        """Begin a document whose bytes depend on what is drawn alone."""
        self._file = io.BytesIO()
        self._canvas = Canvas(
            self._file, pagesize=(width, height), pageCompression=1, invariant=1, lang=language,
            initialFontName=face("SourceSans3-Regular").font.fontName,
        )
        self._height = height
        self._code: list[str] = []

    def line(self, line: Line, style: Style, x: float, y: float) -> None:
        """Write one set line with its baseline at y."""
        if not line.runs:
            return
        code = [f"BT {_colour(style.colour)} rg"]
        code.append(f"{style.tracking * style.size / 1000:.3f} Tc")
        for run in line.runs:
            code.append(f"1 0 0 1 {x + run.x:.2f} {self._height - y + run.rise:.2f} Tm")
            code.extend(self._shown(run, style.size))
        code.append("ET")
        self._code.append(" ".join(code))

    def rule(self, x: float, y: float, width: float, weight: float, colour: str) -> None:
        """Draw a horizontal rule centred on y."""
        at = self._height - y
        self._code.append(
            f"{_colour(colour)} RG {weight:.2f} w {x:.2f} {at:.2f} m {x + width:.2f} {at:.2f} l S"
        )

    def strokes(
        self, strokes: Sequence[Stroke], x: float, y: float, box: tuple[float, float], colour: str
    ) -> None:
        """Draw strokes scaled to fit a box whose lower left corner is at x, y."""
        points = [point for stroke in strokes for point in stroke]
        left, top = min(p[0] for p in points), min(p[1] for p in points)
        span = max(p[0] for p in points) - left, max(p[1] for p in points) - top
        scale = min(box[0] / max(span[0], 1), box[1] / max(span[1], 1), 1.0)
        low = y - span[1] * scale
        code = [f"q {_colour(colour)} RG 1.3 w 1 J 1 j"]
        for stroke in filter(None, strokes):
            placed = [
                (x + (px - left) * scale, self._height - low - (py - top) * scale)
                for px, py in stroke
            ]
            code.append(_path(placed))
        code.append("Q")
        self._code.append("\n".join(code))

    def end_page(self) -> None:
        """Finish the page and begin the next."""
        self._canvas.addLiteral("\n".join(self._code))
        self._code.clear()
        self._canvas.showPage()

    def finish(self) -> bytes:
        """Return the document."""
        self._canvas.save()
        return self._file.getvalue()

    def _shown(self, run: Run, size: float) -> list[str]:
        font = face(run.face).font
        document = self._canvas._doc
        if run.text.isascii():  # the first 128 letters keep their codes in the first subset
            parts = [(0, run.text.translate(_ESCAPES))]
        else:
            parts = [
                (subset, raw.decode("latin-1").translate(_ESCAPES))
                for subset, raw in font.splitString(run.text, document)
            ]
        if document not in font.state:
            font.splitString(" ", document)
        return [
            f"{font.getSubsetInternalName(subset, document)} {size:.2f} Tf ({text}) Tj"
            for subset, text in parts
        ]


@lru_cache(maxsize=32)
def _colour(triplet: str) -> str:
    red, green, blue = (int(triplet[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return f"{red:.3f} {green:.3f} {blue:.3f}"


def _path(points: list[tuple[float, float]]) -> str:
    """Return a stroke smoothed through the middles of its segments."""
    (x, y), rest = points[0], points[1:]
    if not rest:
        return f"{x:.2f} {y:.2f} m {x + 0.01:.2f} {y:.2f} l S"
    code = [f"{x:.2f} {y:.2f} m"]
    for (ax, ay), (bx, by) in pairwise(rest):
        mx, my = (ax + bx) / 2, (ay + by) / 2
        code.append(
            f"{(x + 2 * ax) / 3:.2f} {(y + 2 * ay) / 3:.2f} "
            f"{(mx + 2 * ax) / 3:.2f} {(my + 2 * ay) / 3:.2f} {mx:.2f} {my:.2f} c"
        )
        x, y = mx, my
    code.append(f"{rest[-1][0]:.2f} {rest[-1][1]:.2f} l S")
    return " ".join(code)
