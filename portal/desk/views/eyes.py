"""Through somebody else's eyes: the coachee looks at what others would get, and answers nothing.

A form is sent here to look again with other answers. It keeps nothing: what was looked at is no
answer and never becomes one, and no default is set by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal.desk.forms import EyesForm
from portal.desk.queries.eyes import Looking, looking
from portal.desk.views import bp
from portal.factors.queries import has_had_factor
from portal.plain.errors import Missing, NotSignedIn
from portal.signing.queries import seat_of
from portal.web.guards import Door, guard
from portal.web.pages import again, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _looking(work: Work) -> Looking:
    """Look as the coachee; anybody else finds no such page (INV-16), and whoever has an
    authenticator sees nothing of their own without it (Z9)."""
    seat = seat_of(work)
    if seat.party.role != "COACHEE":
        raise Missing("eyes")
    if not _is_proven(work) and has_had_factor(work, seat.person.id):
        raise NotSignedIn("party")
    return looking(work, seat)


def _is_proven(work: Work) -> bool:
    return work.actor is not None and work.actor.proven


def _frame(work: Work, there: Looking) -> dict[str, Any]:
    """Return what the page around it needs: whoever came by link alone has no other pages yet."""
    return {"seat": there.seat, "proven": _is_proven(work)}


@bp.get("/p/eyes")
@guard(Door.MAILBOX)
def readers(work: Work) -> Response:
    """Ask through whose eyes to look."""
    there = _looking(work)
    return page("desk/readers.html", **_frame(work, there), readers=there.readers())


@bp.get("/p/eyes/<reader_id>")
@guard(Door.MAILBOX)
def eyes(work: Work, reader_id: str) -> Response:
    """Show what somebody would get, with the answers given so far."""
    there = _looking(work)
    seen = there.eyes(there.reader(reader_id))
    return page("desk/eyes.html", **_frame(work, there), seen=seen, form=EyesForm.of(seen),
                looked_again=False)


@bp.post("/p/eyes/<reader_id>")
@guard(Door.MAILBOX)
def look_again(work: Work, reader_id: str) -> Response:
    """Show the same with other answers; keep nothing."""
    there = _looking(work)
    reader = there.reader(reader_id)
    before = there.eyes(reader)
    form = EyesForm.of(before, sent=True)
    if not form.validate_on_submit():
        return again("desk/eyes.html", **_frame(work, there), seen=before, form=form,
                     looked_again=False)
    return page("desk/eyes.html", **_frame(work, there), form=form, looked_again=True,
                seen=there.eyes(reader, form.lines.data or ()))
