"""A page for each reader: what this is for them, in plain words, from `docs/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from portal.desk.views import bp
from portal.plain.errors import Missing
from portal.web.guards import Door, guard
from portal.web.pages import page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

_DOCUMENTS = Path(__file__).parents[3] / "docs"
READERS = ("coach", "coachee", "sponsor", "assistant", "supporter")


@cache
def _drawn(reader: str) -> tuple[str, Markup]:
    """Return the title of a document and the rest of it as markup; markup in it stays text."""
    # Imported late: a cold start need not wait for it.
    from markdown_it import MarkdownIt

    title, _, text = (_DOCUMENTS / f"{reader}.md").read_text(encoding="utf-8").partition("\n")
    drawn = MarkdownIt("commonmark", {"html": False}).render(text)
    return title.removeprefix("# "), Markup(drawn)  # noqa: S704 - written by us, without markup


@bp.get("/guide/<reader>")
@guard(Door.ANYONE)
def guide(work: Work, reader: str) -> Response:
    """Show what a reader needs to know before they begin."""
    if reader not in READERS:
        raise Missing("guide")
    title, text = _drawn(reader)
    return page("desk/guide.html", title=title, text=text)
