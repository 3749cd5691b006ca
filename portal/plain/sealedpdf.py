"""The layout of a sealed paper: where its seal stands, and what is attached to it.

Only files as the portal writes them are understood; nothing is followed, unpacked or believed
before the seal is known to be good.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from enum import StrEnum

from portal.plain.der import NotDer, first

#: Nothing that is attached is larger than this (bytes).
LARGEST_ATTACHED = 64 * 1024 * 1024


class Doubt(StrEnum):
    """Say why a file is not a sealed paper, or not one of ours."""

    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    NO_SEAL = "no_seal"
    SEVERAL_SEALS = "several_seals"
    ADDED = "added"
    CUT = "cut"
    HOLE = "hole"
    ATTACHED = "attached"
    CHANGED = "changed"
    """Other bytes than those that were sealed."""
    STAMP = "stamp"
    OTHER_ROOT = "other_root"
    """Sealed, and unchanged since, under none of the given roots."""
    NOT_SEALED_SO = "not_sealed_so"
    """A good signature that is no seal over a finished paper."""
    RECORD = "record"
    """No record is attached, or not the one that the paper names."""
    PROOF = "proof"
    STORY = "story"
    """The events do not lead to the hash that they are to end with."""
    PASSKEY = "passkey"
    """What a passkey is said to have signed, it has not."""
    TOO_LARGE = "too_large"
    NO_ROOT = "no_root"


class Doubtful(ValueError):
    """Carry a doubt; not a byte of the file is quoted."""

    def __init__(self, doubt: Doubt) -> None:
        """Hold the doubt."""
        super().__init__(doubt.value)
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class Seal:
    """Hold the bytes that a seal covers, the seal (its CMS, in DER), and where in the file ends
    what it covers."""

    covered: bytes
    cms: bytes
    end: int


_LARGEST_HOLE = 1024 * 1024
_RANGES = re.compile(rb"/ByteRange *\[ *(\d{1,12}) +(\d{1,12}) +(\d{1,12}) +(\d{1,12}) *\]")
_STAMP = re.compile(rb"/Type /DocTimeStamp\b")
_HOLE = re.compile(rb"<((?:[0-9A-F]{2})+)>")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])[ \r]\n")
_OBJECT = re.compile(rb"(\d+) 0 obj\n<< (.*?) >>\n(?:stream\n|endobj)", re.DOTALL)
_NAMED = re.compile(rb"/EF << /F (\d+) 0 R /UF \1 0 R >> /F \(([\w.]+)\)")
_LENGTH = re.compile(rb"/Length (\d+)\b")


def seal_of(pdf: bytes) -> Seal:
    """Return the one seal of a file, which covers it from the first byte to the last; raises
    `Doubtful`.

    The hole that a seal cannot cover holds nothing but the seal, spelled in one way, and zeros:
    every bit of it is looked at here or in the seal.
    """
    (one, *more) = seals_of(pdf)
    if more:
        raise Doubtful(Doubt.SEVERAL_SEALS)
    return one


def seals_of(pdf: bytes) -> list[Seal]:
    """Return the seal of a file and, where its proof was renewed, the time stamps behind it, each
    over all that stands before it; raises `Doubtful` for anything else."""
    if not pdf.startswith(b"%PDF-"):
        raise Doubtful(Doubt.NOT_PDF)
    found = [tuple(map(int, ranges)) for ranges in _RANGES.findall(pdf)]
    if not found:
        encrypted = re.search(rb"/Encrypt\b", pdf) is not None
        raise Doubtful(Doubt.ENCRYPTED if encrypted else Doubt.NO_SEAL)
    ends = [again + rest for _begin, _size, again, rest in found]
    stamps = len(_STAMP.findall(pdf, ends[0])) if ends[0] < len(pdf) else 0
    if not len(found) == pdf.count(b"/ByteRange") == stamps + 1 or ends != sorted({*ends}):
        raise Doubtful(Doubt.SEVERAL_SEALS)
    if ends[-1] != len(pdf):
        raise Doubtful(Doubt.ADDED if ends[-1] < len(pdf) else Doubt.CUT)
    return [_seal(pdf, ranges) for ranges in found]


def _seal(pdf: bytes, ranges: tuple[int, ...]) -> Seal:
    begin, size, again, rest = ranges
    hole = _HOLE.fullmatch(pdf, size, again) if again - size <= _LARGEST_HOLE else None
    if begin or hole is None:
        raise Doubtful(Doubt.HOLE)
    raw = bytes.fromhex(hole[1].decode("ascii"))
    try:
        cms = first(raw).whole
    except NotDer:
        raise Doubtful(Doubt.HOLE) from None
    if any(raw[len(cms):]):
        raise Doubtful(Doubt.HOLE)
    return Seal(pdf[:size] + pdf[again:again + rest], cms, again + rest)


def attached(pdf: bytes) -> dict[str, bytes]:
    """Return what is attached to a file whose seal is good, by name; raises `Doubtful`."""
    places = _places(pdf)
    heads = {number: match for number, at in places.items()
             if (match := _OBJECT.match(pdf, at)) and int(match[1]) == number}
    found = {}
    for head in heads.values():
        named = _NAMED.search(head[2]) if b"/Filespec" in head[2] else None
        if named is not None:
            found[named[2].decode("ascii")] = _stream(pdf, heads.get(int(named[1])))
    return found


def certificates(pdf: bytes) -> list[bytes]:
    """Return the certificates in the document security store of such a file (DER); raises
    `Doubtful`."""
    stores = re.findall(rb"/Certs \[ ?((?:\d+ 0 R ?)*)\]", pdf)
    places, found = _places(pdf), []
    for number in re.findall(rb"(\d+) 0 R", b" ".join(stores)):
        at = places.get(int(number), -1)
        head = re.compile(rb"\d+ 0 obj\n<<\n(.*?)>>\nstream\n", re.DOTALL).match(pdf, at)
        found.append(_stream(pdf, head, 1))
    return found


def _stream(pdf: bytes, head: re.Match[bytes] | None, group: int = 2) -> bytes:
    length = _LENGTH.search(head[group]) if head is not None else None
    if head is None or length is None:
        raise Doubtful(Doubt.ATTACHED)
    raw = pdf[head.end():head.end() + int(length[1])]
    if b"/Filter" not in head[group]:
        return raw
    try:
        unpacking = zlib.decompressobj()
        body = unpacking.decompress(raw, LARGEST_ATTACHED)
    except zlib.error:
        raise Doubtful(Doubt.ATTACHED) from None
    if not unpacking.eof:
        raise Doubtful(Doubt.ATTACHED)
    return body


def _places(pdf: bytes) -> dict[int, int]:
    """Return where each object begins, by the tables of cross references, newest first."""
    places: dict[int, int] = {}
    ends = re.findall(rb"startxref\n(\d+)\n%%EOF", pdf)
    at: int | None = int(ends[-1]) if ends else None
    seen: set[int] = set()
    while at is not None and at not in seen:
        seen.add(at)
        trailer = pdf.find(b"trailer", at)
        _table(pdf[at:trailer], places)
        before = re.search(rb"/Prev (\d+)", pdf[trailer:trailer + 400].split(b"startxref")[0])
        at = int(before[1]) if before else None
    return places


def _table(table: bytes, places: dict[int, int]) -> None:
    number = 0
    for line in table.splitlines(keepends=True):
        if entry := _ENTRY.fullmatch(line):
            if entry[3] == b"n":
                places.setdefault(number, int(entry[1]))
            number += 1
        elif begins := re.fullmatch(rb"(\d+) \d+\r?\n", line):
            number = int(begins[1])
