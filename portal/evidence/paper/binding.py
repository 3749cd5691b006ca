"""Binding a drawn paper by the rules of PDF/A-3b (ISO 19005-3): the attached record, neutral
metadata, language, output intent.

The same drawing and record give the same bytes. No name of a person enters the metadata.
"""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

RECORD, PROOF, RECEIPT = "record.json", "proof.json", "consent.jsonld"
FORM = re.compile(rb"(?<= )<(F[BCDE][0-9A-F]{2})>")  # a presentation form in a ToUnicode map
PROFILE = Path(__file__).parent.parent / "fonts" / "srgb.icc"


def bind(
    drawn: bytes, *, title: str, language: str, record: bytes, proof: bytes, at: datetime,
    receipt: bytes = b"",
) -> bytes:
    """Return the paper with `record` attached as "record.json", `proof` as "proof.json", and
    `receipt`, where there is one, as "consent.jsonld"; the last byte is a newline.

    `at` is the instant of every date in the file.
    """
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        stamp = f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z"
        attached = [_file(pdf, PROOF, "json", "What this copy proves, as data", proof, stamp),
                    _file(pdf, RECORD, "json", "The agreement as data", record, stamp)]
        if receipt:
            attached.insert(0, _file(
                pdf, RECEIPT, "ld+json", "The coachee’s consent receipt", receipt, stamp))
        pdf.Root.AF = Array(attached)
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(
            Names=Array([part for spec in attached for part in (spec.F, spec)])))
        _read_as_letters(pdf)
        for page in pdf.pages:
            del page.obj["/Trans"]  # how a page turns up is for slides
        root = pdf.Root
        root.Lang = String(language)
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        root.OutputIntents = Array([_output_intent(pdf)])
        root.Metadata = Stream(pdf, _xmp(title, language, at), Type=Name.Metadata, Subtype=Name.XML)
        for key in list(pdf.docinfo.keys()):
            del pdf.docinfo[key]
        pdf.docinfo[Name.Title] = String(title)
        pdf.docinfo[Name.CreationDate] = pdf.docinfo[Name.ModDate] = String(stamp)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, min_version="1.7", fix_metadata_version=False)
    bound = out.getvalue()
    return bound if bound.endswith(b"\n") else bound + b"\n"


def page_count(pdf: bytes) -> int:
    """Return how many pages a paper has."""
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def _file(
    pdf: Pdf, name: str, kind: str, says: str, body: bytes, stamp: str
) -> pikepdf.Object:
    """Return a file to attach; files go into the list of names in the order of theirs."""
    stream = Stream(
        pdf, body, Type=Name.EmbeddedFile, Subtype=Name(f"/application/{kind}"),
        Params=Dictionary(Size=len(body), ModDate=String(stamp)),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec, F=String(name), UF=String(name), Desc=String(says),
            AFRelationship=Name.Source if name == RECORD else Name.Supplement,
            EF=Dictionary(F=stream, UF=stream),
        )
    )


def _read_as_letters(pdf: Pdf) -> None:
    """Let joined Arabic forms be read, searched and copied as the letters that they show."""
    for font in dict(pdf.pages[0].Resources.Font.items()).values():
        if "Arabic" in str(font.BaseFont):
            letters = FORM.sub(_base_letters, font.ToUnicode.read_bytes())
            font.ToUnicode.write(letters)


def _base_letters(match: re.Match[bytes]) -> bytes:
    base = unicodedata.normalize("NFKC", chr(int(match[1], 16)))
    return b"<" + base.encode("utf-16-be").hex().upper().encode() + b">"


def _output_intent(pdf: Pdf) -> pikepdf.Object:
    profile = Stream(pdf, _profile(), N=3)
    return Dictionary(
        Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"),
        DestOutputProfile=profile,
    )


@lru_cache(maxsize=1)
def _profile() -> bytes:
    return PROFILE.read_bytes()


def _xmp(title: str, language: str, at: datetime) -> bytes:
    """Return the metadata as XMP, which calls the file PDF/A-3b: a test looks up each rule."""
    stamp = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{_escaped(language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{stamp}</xmp:CreateDate><xmp:ModifyDate>{stamp}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
