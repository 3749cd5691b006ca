"""The readable twin of a paper: the same words in one HTML file, for screen readers, phones and
large type. It needs nothing from outside, and no script.

It is drawn from the paper's own rows, so both say the same. The seal is on the paper alone: the
twin says so, and its own SHA-256 stands in the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from portal.evidence.paper.agreement import edition_name
from portal.evidence.paper.layout import (
    HEADING,
    INTRO,
    KICKER,
    LEDE,
    NAME,
    NOTE,
    PRACTICE,
    SHORT,
    SIGNED,
    TITLE,
    Para,
)
from portal.evidence.paper.proof import Drawing
from portal.evidence.policy import CoacheeFacts, PaperFacts
from portal.web.words import _, install

if TYPE_CHECKING:
    from jinja2 import Environment, Template

    from portal.evidence.paper.pages import Row
    from portal.evidence.policy import Stroke

TEMPLATES = Path(__file__).parents[3] / "templates" / "paper"

#: What a style of the paper is on a page.
_KINDS = {PRACTICE: "practice", KICKER: "kicker", TITLE: "title", LEDE: "lede", NOTE: "note",
          SHORT: "short", SIGNED: "signed", NAME: "name"}


@dataclass(frozen=True, slots=True)
class Said:
    """Hold words with what they are: "signed" is what binds."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """Hold a drawn signature as an SVG path, and the box around it."""

    path: str
    box: str
    kind: str = "drawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold what stands below one label."""

    label: Sequence[Said]
    body: list[Said | Drawn] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Section:
    """Hold one part of the paper; the first has no heading."""

    heading: str = ""
    intro: list[Said] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def sections_of(rows: Iterable[Row]) -> list[Section]:
    """Return what rows say, in their order, without their places on a page."""
    found = [Section()]
    for row in rows:
        if row.label is not None:
            found[-1].entries.append(Entry([_said(para) for para in row.label]))
        for item in row.items:
            if isinstance(item, Drawing):
                found[-1].entries[-1].body.append(_drawn(item.strokes))
        if row.para is None:
            continue
        if row.para.style == HEADING:
            found.append(Section(row.para.text))
        elif found[-1].entries:
            found[-1].entries[-1].body.append(_said(row.para))
        else:
            found[-1].intro.append(_said(row.para))
    return found


def draw_twin(facts: PaperFacts, rows: Sequence[Row], sealed: str) -> bytes:
    """Return the twin as UTF-8; `sealed` is the SHA-256 of the sealed paper. The rows end with
    whom to write to, and how to check this page goes before that."""
    head, *parts, last = sections_of(rows)
    version = facts.version
    edition = _("{edition}, as a page").format(edition=edition_name(facts))
    head.intro[:] = [Said("kicker", edition) if one.kind == "kicker" else one
                     for one in head.intro]
    return _template().render(
        language=version.locale, title=f"{version.title}. {edition}",
        head=head, sections=[*parts, _checking(facts, sealed), last],
    ).encode()


def _checking(facts: PaperFacts, sealed: str) -> Section:
    version, page = facts.version, facts.version.practice.check_page
    steps = [
        (_("This page"), [
            _("This page says what the sealed PDF with the short code {code} says. The seal is on"
              " the PDF alone; where the two differ, the PDF counts. Its SHA-256:").format(
                  code=facts.short_code), sealed,
            _("The record holds the SHA-256 of this page too, so that nobody can change a letter"
              " of it unseen.")]),
        (_("Check the record"), [
            _("The attachment record.json of the PDF holds the agreement as data. Its SHA-256:"),
            sha256(version.record).hexdigest(),
            _("The version hash is SHA-256 over “ccp/agreement/v1”, a line feed, these 16 bytes"
              " and the record:"), version.nonce]),
    ]
    if page:
        steps.insert(1, (_("Ask the portal"), [
            _("{url} says whether this file is genuine.").format(url=page)]))
    if isinstance(facts, CoacheeFacts) and facts.receipt:
        steps.append((_("Read the receipt"), [
            _("The attachment consent.jsonld of the PDF lists each yes and no of the coachee, as"
              " it stood when the copy was made. Its SHA-256:"),
            sha256(facts.receipt).hexdigest()]))
    return Section(_("How to check this page"), [], [
        Entry([Said("label", label)], [Said("text", text) for text in texts])
        for label, texts in steps])


def _said(para: Para) -> Said:
    if para.style == INTRO:
        return Said("intro", para.text)
    # A typed signature has a size of its own.
    return Said(_KINDS.get(para.style, "mark" if para.style.role == "serif-italic" else "text"),
                para.text)


def _drawn(strokes: Sequence[Stroke]) -> Drawn:
    """Return strokes as a path of straight lines; a stroke of one point is a dot."""
    points = [point for stroke in strokes for point in stroke]
    left, top = min(x for x, _y in points), min(y for _x, y in points)
    wide = max(x for x, _y in points) - left
    high = max(y for _x, y in points) - top
    path = " ".join(
        "M" + " L".join(f"{x} {y}" for x, y in (stroke if len(stroke) > 1 else stroke * 2))
        for stroke in strokes if stroke)
    pad = max(wide, high, 1) // 30 + 1
    return Drawn(path, f"{left - pad} {top - pad} {wide + 2 * pad} {high + 2 * pad}")


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment: Environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True)
    install(environment, pages=True)
    return environment.get_template("twin.html")
