"""The rules of PDF/A-3b (ISO 19005-3) that our files could break, looked up in the file itself.

No validator can be had here: this reads the bytes, the objects, the fonts and what is drawn.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

_HEAD = re.compile(rb"%PDF-1\.[0-7][\r\n]+%[\x80-\xff]{4,}[\r\n]")
_FORBIDDEN_FILTERS = {"/LZWDecode", "/Crypt"}
_FORBIDDEN_ACTIONS = {"/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide",
                      "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/JavaScript"}
_PRINT, _HIDING = 4, 1 | 2 | 32 | 256  # flags of an annotation: table 165 of ISO 32000-1
_SYMBOLIC, _NOT_SYMBOLIC = 4, 32
_DRAWN = {"BT", "ET", "Tf", "Tm", "Tj", "Tc", "rg", "RG", "w", "m", "l", "c", "S", "q", "Q", "J",
          "j", "cm", "Td", "TL"}


def faults(pdf: bytes) -> list[str]:
    """Return what stands against PDF/A-3b in a file; empty where nothing was found."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [*_of_bytes(pdf), *_of_objects(opened), *_of_metadata(opened), *_of_colour(opened),
                *_of_fonts(opened), *_of_attachments(opened), *_of_forms(opened)]


def _of_bytes(pdf: bytes) -> Iterator[str]:
    if not _HEAD.match(pdf):
        yield "6.1.2 header"
    if not pdf.rstrip(b"\r\n").endswith(b"%%EOF") or not pdf.endswith((b"%%EOF", b"%%EOF\n")):
        yield "6.1.3 data after the end"
    places = [int(at) for at in re.findall(rb"startxref\s+(\d+)", pdf)]
    for place in places:
        if not re.match(rb"xref\r?\n\d+ \d+\r?\n|\d+ \d+ obj", pdf[place : place + 60]):
            yield "6.1.4 cross references"
    # Objects of the sealed revision, which another program wrote than the rest.
    for found in re.finditer(rb"(.)(\d+ \d+ obj)(.)", pdf, re.DOTALL):
        if found[1] not in b"\r\n0123456789" or found[3] not in b"\r\n":
            yield f"6.1.9 object at {found.start()}"


def _of_objects(opened: pikepdf.Pdf) -> Iterator[str]:
    if opened.is_encrypted or "/ID" not in opened.trailer:
        yield "6.1.3 encrypted, or no identifier"
    for one in opened.objects:
        if isinstance(one, pikepdf.Stream):
            filters = str(one.get("/Filter", ""))
            if any(name in filters for name in _FORBIDDEN_FILTERS) or "/F" in one:
                yield "6.1.7 stream"
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            if str(one.get("/S")) in _FORBIDDEN_ACTIONS:
                yield f"6.5.1 action {one.get('/S')}"
            if str(one.get("/Type")) == "/ExtGState" or "/SMask" in one or "/Alternates" in one:
                yield "6.2 transparency that nobody asked for"
    for page in opened.pages:
        if "/Group" in page.obj or "/AA" in page.obj or "/PresSteps" in page.obj:
            yield "6.2.10 page group, or an action of a page"


def _of_metadata(opened: pikepdf.Pdf) -> Iterator[str]:
    stream = opened.Root.get("/Metadata")
    if stream is None or "/Filter" in stream:
        yield "6.6.2 metadata that cannot be read in the file"
        return
    with opened.open_metadata() as told:
        wanted = {"pdfaid:part": "3", "pdfaid:conformance": "B",
                  "dc:title": str(opened.docinfo["/Title"])}
        for key, value in wanted.items():
            if told.get(key) != value:
                yield f"6.6.4 {key}: {told.get(key)}"
        for key, name in (("xmp:CreateDate", "/CreationDate"), ("xmp:ModifyDate", "/ModDate")):
            digits = re.sub(r"\D", "", str(opened.docinfo[name]))
            if re.sub(r"\D", "", str(told.get(key))) != digits:
                yield f"6.6.3 {key}"
    raw = stream.read_bytes()
    if not raw.startswith(b'<?xpacket begin="\xef\xbb\xbf"') or b"bytes=" in raw[:80]:
        yield "6.6.2.1 packet"


def _of_colour(opened: pikepdf.Pdf) -> Iterator[str]:
    intents = [one for one in opened.Root.get("/OutputIntents", [])
               if str(one.S) == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield "6.2.3 output intent"
        return
    profile = intents[0].DestOutputProfile
    raw = profile.read_bytes()
    if int(profile.N) != 3 or raw[16:20] != b"RGB " or raw[36:40] != b"acsp" or raw[8] > 4:
        yield "6.2.3 profile"


def _of_fonts(opened: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(opened.pages, start=1):
        fonts = page.Resources.get("/Font", {})
        holds = {name: _glyphs(font) for name, font in fonts.items()}
        for name, font in fonts.items():
            yield from (f"page {number} {name}: {what}" for what in _of_font(font))
        font = ""
        for words, operator in pikepdf.parse_content_stream(page):
            if str(operator) not in _DRAWN:
                yield f"page {number}: draws with {operator}"
            if str(operator) == "Tf":
                font = str(words[0])
            if str(operator) == "Tj" and set(bytes(words[0])) - holds[font]:
                yield f"6.2.11.8 page {number}: a letter that {font} does not hold"


def _of_font(font: Any) -> Iterator[str]:
    described = font.get("/FontDescriptor")
    if described is None or "/FontFile2" not in described:
        yield "6.2.11.4 not embedded"
        return
    flags = int(described.Flags)
    if str(font.Subtype) != "/TrueType" or not flags & _SYMBOLIC or flags & _NOT_SYMBOLIC:
        yield "6.2.11.6 a kind of font that is not looked at here"
    if "/Encoding" in font or len(_program(font)["cmap"].tables) != 1:
        yield "6.2.11.6 encoding"
    if "/ToUnicode" not in font:
        yield "cannot be read as letters"
    program, first = _program(font), int(font.FirstChar)
    widths, scale = [float(w) for w in font.Widths], 1000 / program["head"].unitsPerEm
    if len(widths) != int(font.LastChar) - first + 1:
        yield "6.2.11.5 number of widths"
    for code, glyph in program["cmap"].tables[0].cmap.items():
        if 0 <= code - first < len(widths) and abs(
                widths[code - first] - program["hmtx"][glyph][0] * scale) > 1:
            yield f"6.2.11.5 width of {code}"


def _glyphs(font: Any) -> set[int]:
    """Return the codes with which a font draws something."""
    if "/FontDescriptor" not in font:
        return set(range(256))  # said by another rule
    table = _program(font)["cmap"].tables[0].cmap
    return {code for code, glyph in table.items() if glyph != ".notdef"}


def _program(font: Any) -> TTFont:
    return _parsed(font.FontDescriptor.FontFile2.read_bytes())


@lru_cache(maxsize=64)
def _parsed(program: bytes) -> TTFont:
    """Return a font by its tables; the same one stands on each page of a file."""
    return TTFont(io.BytesIO(program))


def _of_attachments(opened: pikepdf.Pdf) -> Iterator[str]:
    named = opened.Root.get("/Names", {}).get("/EmbeddedFiles", {}).get("/Names", [])
    specs = list(named)[1::2]
    associated = {spec.objgen for spec in opened.Root.get("/AF", [])}
    for spec in specs:
        if spec.objgen not in associated:
            yield "6.8 a file that is not associated"
        if not all(key in spec for key in ("/F", "/UF", "/AFRelationship", "/Desc")):
            yield "6.8 a file that says too little"
        stream = spec.EF.F
        if "/Subtype" not in stream or "/ModDate" not in stream.Params:
            yield "6.8 a file without its kind or day"
    if not specs:
        yield "the record is not attached"


def _of_forms(opened: pikepdf.Pdf) -> Iterator[str]:
    form = opened.Root.get("/AcroForm")
    if form is None:
        return
    if form.get("/NeedAppearances") or "/XFA" in form:
        yield "6.4.1 form"
    for page in opened.pages:
        for one in page.obj.get("/Annots", []):
            flags = int(one.get("/F", 0))
            box = [float(x) for x in one.Rect]
            if not flags & _PRINT or flags & _HIDING:
                yield "6.3.2 flags of a field"
            if "/AP" not in one and box[0] != box[2] and box[1] != box[3]:
                yield "6.3.3 a field that can be seen and does not say how"
            if "/A" in one or "/AA" in one:
                yield "6.4.1 a field that acts"
