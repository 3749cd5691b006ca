"""A picture is kept as its pixels and nothing else."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from portal.ground.pictures import LONGEST_SIDE, MOST_PIXELS, NoPicture, written_anew


def picture(kind: str = "jpeg", size: tuple[int, int] = (60, 20), **options: object) -> bytes:
    """Return a picture whose left half is black."""
    made = Image.new("RGB", size, "white")
    made.paste("black", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.save(out, kind.upper(), **options)
    return out.getvalue()


def opened(body: bytes) -> Image.Image:
    with Image.open(io.BytesIO(body)) as read:
        read.load()
        return read


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_writes_the_same_picture_without_what_came_along(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera with a number"
    body = picture(kind, exif=exif) + b"trailing secret"
    anew = written_anew(body, kind)
    assert b"camera" in body
    for along in (b"camera", b"Exif", b"secret"):
        assert along not in anew
    assert (opened(anew).format, opened(anew).size) == (kind.upper(), (60, 20))
    assert opened(anew).convert("L").getpixel((5, 10)) < 20
    assert opened(anew).convert("L").getpixel((50, 10)) > 230


def test_turns_a_photo_as_its_reader_would_see_it() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    assert opened(written_anew(picture(exif=exif), "jpeg")).size == (20, 60)


def test_puts_white_behind_what_is_transparent() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(written_anew(out.getvalue(), "png")).getpixel((5, 5)) == (255, 255, 255)


def test_makes_a_huge_page_smaller() -> None:
    anew = written_anew(picture("png", (LONGEST_SIDE * 2, 40)), "png")
    assert opened(anew).size == (LONGEST_SIDE, 20)


def test_refuses_more_pixels_than_a_page_has() -> None:
    out = io.BytesIO()
    Image.new("1", (8000, MOST_PIXELS // 8000 + 1)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    with pytest.raises(NoPicture, match="pixels"):
        written_anew(out.getvalue(), "png")


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_refuses_what_only_begins_as_a_picture(kind: str) -> None:
    whole = picture(kind)
    for broken in (whole[:12], whole[: len(whole) // 2], whole[:8] + bytes(200)):
        with pytest.raises(NoPicture):
            written_anew(broken, kind)


def test_refuses_a_picture_of_another_kind_than_it_begins_as() -> None:
    with pytest.raises(NoPicture):
        written_anew(picture("png"), "jpeg")
