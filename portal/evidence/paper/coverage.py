"""Write the ranges of printable code points into `portal/ground/glyphs.txt`.

Run `python -m portal.evidence.paper.coverage` after changing the vendored fonts.
"""

from __future__ import annotations

from portal.evidence.paper.faces import code_points
from portal.ground.glyphs import RANGES

HEAD = """\
# Code points that the vendored fonts print, as ranges in hex.
# Made by: python -m portal.evidence.paper.coverage
"""


def ranges() -> str:
    """Return the whole text of the data file."""
    spans: list[list[int]] = []
    for code in code_points():
        if spans and code == spans[-1][1] + 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    return HEAD + "".join(
        f"{low:04X}\n" if low == high else f"{low:04X}-{high:04X}\n" for low, high in spans
    )


if __name__ == "__main__":
    RANGES.write_text(ranges(), encoding="ascii")
