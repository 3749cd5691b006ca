"""Who may see what, until when: for the coach of the engagement and for its coachee alone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from flask import Response as FlaskResponse

from portal.desk.queries.scope import Matrix, every_kind, matrix_of
from portal.desk.views import bp
from portal.engagements.queries import own_or_missing
from portal.plain.errors import Missing
from portal.signing.queries import seat_of
from portal.web.guards import Door, guard
from portal.web.pages import _, page

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from portal.ground.work import Work
    from portal.signing.queries import Seat

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _coachs(work: Work, engagement_id: str) -> Matrix:
    own = own_or_missing(work, engagement_id)
    work.note("scope.looked", "coach", engagement_id=own.id)
    return matrix_of(work, own.id)


def _coachees(work: Work) -> tuple[Seat, Matrix]:
    """Return what the coachee sees; to anybody else there is no such page (INV-16)."""
    seat = seat_of(work)
    if seat.party.role != "COACHEE":
        raise Missing("scope")
    return seat, matrix_of(work, seat.engagement.id)


@bp.get("/engagements/<engagement_id>/scope")
@guard(Door.COACH)
def scope(work: Work, engagement_id: str) -> Response:
    """Show the coach who may see what of the coachee, until when."""
    return page("desk/scope.html", matrix=_coachs(work, engagement_id))


@bp.get("/engagements/<engagement_id>/scope.csv")
@guard(Door.COACH, fresh=True)
def scope_file(work: Work, engagement_id: str) -> Response:
    """Hand the same to the coach as a table."""
    return _table(_coachs(work, engagement_id))


@bp.get("/p/scope")
@guard(Door.PARTY)
def own_scope(work: Work) -> Response:
    """Show the coachee who may see what of them, until when."""
    seat, matrix = _coachees(work)
    return page("desk/own_scope.html", seat=seat, matrix=matrix)


@bp.get("/p/scope.csv")
@guard(Door.PARTY)
def own_scope_file(work: Work) -> Response:
    """Hand the same to the coachee as a table."""
    return _table(_coachees(work)[1])


def _table(matrix: Matrix) -> Response:
    """Return every cell as a line of a table; its name says nothing of a person."""
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow([_("Code"), _("Kind of information"), _("Name"), _("Part"), _("Sees it"),
                    _("At most"), _("Before"), _("Since"), _("From")])
    words = {"full": _("in full"), "part": _("in part"), "none": _("not at all"),
             "asked": _("asked, not in force"), "ended": _("ended")}
    for kind in every_kind():
        for who in matrix.people:
            cell = matrix.cells[kind.code, who.id]
            form = matrix.forms.get(cell.form or "", "") if cell.sight.value != "none" else ""
            write.writerow([_plain(one) for one in (
                kind.code, kind.name, who.name, who.label, words[cell.sight], form,
                _moment(cell.until), _moment(cell.since), _moment(cell.starts))])
    response = FlaskResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="who-may-see-what.csv")
    return response


def _plain(text: str) -> str:
    """Return a cell that no spreadsheet computes, whatever somebody is called."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")
