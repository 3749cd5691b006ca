"""What came too late: shown to whoever typed it, to be looked through and sent, or thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import flash, session, url_for

from portal.people.actions import throw_away
from portal.people.policy import LATE_KEPT, MOST_LATE
from portal.people.queries import late_forms, read_late, session_by_token
from portal.people.views import bp
from portal.people.views.frame import actor_of
from portal.people.views.members import acting
from portal.web.guards import Door, guard
from portal.web.late import words_in
from portal.web.pages import _, go, go_to, next_path, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.plain.late import Late

#: How many letters of the longest words tell a form.
_TELLING = 80


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold a form that waits: when it came, until when it is kept, how its words begin."""

    id: str
    late: Late
    came_at: datetime
    kept_until: datetime
    begins: str


def _waiting(work: Work) -> list[Shown]:
    found = [(row, read_late(work, row)) for row in late_forms(work, acting(work))]
    return [Shown(row.id, late, row.kept_at, row.kept_at + LATE_KEPT,
                  max(words_in(late.fields), key=len, default="")[:_TELLING])
            for row, late in found]


def onward(work: Work, scope: str, wanted: str) -> str:
    """Return where somebody goes whose browser was just given a session of this kind: to what they
    typed too late, and from there to where they wanted to go."""
    found = session_by_token(work, session[scope])
    if found is None or not late_forms(work, actor_of(found[0], found[2])):
        return wanted
    return url_for("people.typed" if scope == "coach" else "people.own_typed", next=wanted)


@bp.get("/typed")
@guard(Door.DESK)
def typed(work: Work) -> Response:
    """Show what somebody with an account sent after their session had run out."""
    return page("people/typed.html", waiting=_waiting(work), most=MOST_LATE,
                next=next_path())


@bp.post("/typed/<late_id>/away")
@guard(Door.DESK)
def put_away(work: Work, late_id: str) -> Response:
    """Throw one of them away."""
    return _away(work, late_id, "people.typed")


@bp.get("/p/typed")
@guard(Door.MAILBOX)
def own_typed(work: Work) -> Response:
    """Show the same to who came by a link."""
    return page("people/own_typed.html", waiting=_waiting(work), most=MOST_LATE,
                next=next_path())


@bp.post("/p/typed/<late_id>/away")
@guard(Door.MAILBOX)
def put_own_away(work: Work, late_id: str) -> Response:
    """Throw one of them away."""
    return _away(work, late_id, "people.own_typed")


def _away(work: Work, late_id: str, where: str) -> Response:
    throw_away(work, late_id)
    flash(_("It is thrown away."))
    wanted = next_path()
    if wanted is not None and not late_forms(work, acting(work)):
        return go_to(wanted)
    return go(where, next=wanted)
