"""Pictures that somebody sent: decoded and written anew, so that nothing else comes along."""

from __future__ import annotations

import io

#: More than this many pixels is no scan of a page; it guards the memory.
MOST_PIXELS = 50_000_000
#: A page of this height is readable; larger ones are made smaller.
LONGEST_SIDE = 3500
_QUALITY = 85


class NoPicture(Exception):
    """Say that a file cannot be read as the picture it begins as."""


def written_anew(body: bytes, kind: str) -> bytes:
    """Return a PNG or JPEG with the same pixels and nothing else: no place, no camera, no name.

    Turned as its reader would see it. Raises `NoPicture` where it cannot be decoded or is too
    large.
    """
    # Imported late: the library takes ten megabytes that most requests need not hold.
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(body), formats=[kind.upper()]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NoPicture("too many pixels")
            turned = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as broken:
        raise NoPicture(type(broken).__name__) from broken
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    page = Image.new("RGB", turned.size, "white")
    page.paste(turned, mask=turned)
    out = io.BytesIO()
    page.save(out, kind.upper(), quality=_QUALITY)
    return out.getvalue()
