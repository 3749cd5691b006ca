"""The coachee's people: who is asked, who takes part, and the coachee's no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.desk.queries.people import OwnPerson, people_of
from portal.desk.views import bp
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.signing.actions import end_person, take_seat
from portal.signing.queries import Seat, seat_of
from portal.web.guards import Door, guard
from portal.web.pages import _, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work


def _one(work: Work, seat: Seat, party_id: str) -> OwnPerson:
    """Return one of the coachee's people whom a no would change something for."""
    for person in people_of(work, seat):
        if person.party_id == party_id and person.can_end:
            return person
    raise Missing("person")


@bp.get("/p/people")
@guard(Door.PARTY)
def people(work: Work) -> Response:
    """Show the coachee who is named, who may be asked, who is, and who takes part (Z6)."""
    seat = seat_of(work)
    return page("desk/people.html", seat=seat, people=people_of(work, seat))


@bp.get("/p/people/<party_id>")
@guard(Door.PARTY)
def person(work: Work, party_id: str) -> Response:
    """Say what changes and what stays when somebody takes part no longer."""
    seat = seat_of(work)
    return page("desk/person.html", seat=seat, person=_one(work, seat, party_id),
                form=PlainForm())


@bp.post("/p/people/<party_id>")
@guard(Door.PARTY)
def end(work: Work, party_id: str) -> Response:
    """Let somebody not be asked, or take part no longer: at once, without code or reason."""
    seat = take_seat(work)
    found = _one(work, seat, party_id)
    end_person(work, seat, party_id)
    flash(_("{name} is not asked.").format(name=found.name) if found.word != "part" else
          _("{name} takes part no longer.").format(name=found.name))
    return go("desk.people")
