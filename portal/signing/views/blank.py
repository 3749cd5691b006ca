"""The bare wording of a text: no names, no answers, no lines; to be shown to lawyers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response as FlaskResponse

from portal.agreements.queries import version_row
from portal.plain.errors import Missing
from portal.signing.queries import own_version, seat_of
from portal.signing.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import page
from portal.wording import policy as wording
from portal.wording.queries import template

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _blank(work: Work, version_id: str) -> wording.Rendered:
    """Return the wording that a version of the acting party was made from; `Missing` for a
    wording that has changed since."""
    own_version(work, seat_of(work), version_id)
    row = version_row(work, version_id)
    pack = template(row.template_code)
    if pack.version != row.template_version:
        raise Missing("wording")
    return wording.blank(pack)


@bp.get("/p/blank/<version_id>")
@guard(Door.MAILBOX)
def blank(work: Work, version_id: str) -> Response:
    """Show the bare wording, to be read or printed."""
    return page("signing/blank.html", seat=seat_of(work), text=_blank(work, version_id),
                version_id=version_id)


@bp.get("/p/blank/<version_id>.txt")
@guard(Door.MAILBOX)
def blank_file(work: Work, version_id: str) -> Response:
    """Hand out the bare wording as a plain text file."""
    text = _blank(work, version_id)
    parts = [f"{text.name}\n{'=' * len(text.name)}"]
    for clause in text.clauses:
        parts += [f"{clause.number}. {clause.title}", *clause.text]
    response = FlaskResponse("\n\n".join(parts) + "\n", content_type="text/plain; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment",
                         filename=f"wording-{text.code}-{text.version}.txt")
    return response
