"""A sheet that was signed with ink, as a scanner would bring it."""

from __future__ import annotations

import io
from pathlib import Path

_FONTS = Path(__file__).parents[1] / "evidence" / "fonts"
_PAPER, _TYPE, _INK = (247, 245, 240), (60, 60, 60), (28, 42, 110)


def signed_sheet(name: str) -> bytes:
    """Return a picture of the last page of a printed agreement with a name in ink (JPEG)."""
    from PIL import Image, ImageDraw, ImageFont

    def font(face: str, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(_FONTS / face, size)

    sheet = Image.new("RGB", (620, 877), _PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((70, 80), "Coachee confidentiality terms, last page", _TYPE,
              font("SourceSerif4-Semibold.ttf", 20))
    for row in range(16):
        # Grey bars stand for what is printed: it can be read on the agreement itself.
        draw.rectangle((70, 140 + 28 * row, 520 - row * 37 % 90, 147 + 28 * row), (205, 203, 198))
    draw.line((70, 690, 400, 690), _TYPE)
    draw.text((70, 698), name, _TYPE, font("SourceSans3-Regular.ttf", 15))
    draw.text((84, 640), name, _INK, font("SourceSerif4Display-It.ttf", 40))
    made = io.BytesIO()
    sheet.rotate(0.6, fillcolor=_PAPER).save(made, "JPEG", quality=80)
    return made.getvalue()
