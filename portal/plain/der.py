"""Reading DER (X.690), and refusing what is not spelled the one way that DER allows."""

from __future__ import annotations

from typing import NamedTuple


class NotDer(ValueError):
    """Say that bytes are not DER."""


class Part(NamedTuple):
    """Hold one value: its tag, what is in it, and all of its bytes."""

    tag: int
    body: bytes
    whole: bytes


def parts(data: bytes) -> list[Part]:
    """Return the values that stand one after the other; raises `NotDer`.

    Tags of one byte and lengths up to 2**32 are read, each length in its shortest form.
    """
    found, at = [], 0
    while at < len(data):
        found.append(first(data[at:] if at else data))
        at += len(found[-1].whole)
    return found


def first(data: bytes) -> Part:
    """Return the value that the bytes begin with, whatever stands behind it; raises `NotDer`."""
    if len(data) < 2 or data[0] & 0x1F == 0x1F:
        raise NotDer("a value of no known shape")
    size, begin = data[1], 2
    if size & 0x80:
        more = size & 0x7F
        begin += more
        size = int.from_bytes(data[2:begin])
        if not 1 <= more <= 4 or size < 0x80 or size >> (8 * (more - 1)) == 0:
            raise NotDer("a length that is not in its shortest form")
    if begin + size > len(data):
        raise NotDer("a value that ends too early")
    return Part(data[0], data[begin:begin + size], data[:begin + size])


def inside(data: bytes, tag: int) -> list[Part]:
    """Return the values inside of one that is alone and has this tag; raises `NotDer`."""
    (one, *more) = parts(data) or [Part(-1, b"", b"")]
    if more or one.tag != tag:
        raise NotDer("another value than was expected")
    return parts(one.body)
