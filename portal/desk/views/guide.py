"""A page for each reader: what this is for them, in plain words, from `docs/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from portal.desk.views import bp
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import next_path, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

_DOCUMENTS = Path(__file__).parents[3] / "docs"
READERS = ("coachee", "sponsor", "assistant", "supporter", "coach")


@dataclass(frozen=True, slots=True)
class Guide:
    """Hold the document for a reader: its title, what it says first, and all of it."""

    reader: str
    title: str
    about: Markup
    text: Markup


@cache
def guide_of(reader: str) -> Guide:
    """Return the document for a reader, drawn; markup in it stays text."""
    # Imported late: a cold start need not wait for it.
    from markdown_it import MarkdownIt

    title, _, text = (_DOCUMENTS / f"{reader}.md").read_text(encoding="utf-8").partition("\n")
    draw = MarkdownIt("commonmark", {"html": False}).render
    about = text.strip().partition("\n\n")[0]
    return Guide(reader, title.removeprefix("# "),
                 Markup(draw(about)), Markup(draw(text)))  # noqa: S704 - ours, without markup


@bp.get("/guide")
@guard(Door.ANYONE)
def guides(work: Work) -> Response:
    """Let somebody choose the page that is for them."""
    return page("desk/guides.html", guides=[guide_of(reader) for reader in READERS],
                way_back=next_path())


@bp.get("/guide/<reader>")
@guard(Door.ANYONE)
def guide(work: Work, reader: str) -> Response:
    """Show what a reader needs to know before they begin."""
    if reader not in READERS:
        raise Missing("guide")
    return page("desk/guide.html", guide=guide_of(reader), way_back=next_path())
