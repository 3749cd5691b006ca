"""What I hope for: one's own words, and who reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash

from portal.engagements.queries import parties_of
from portal.factors.queries import has_had_factor
from portal.people.queries import names_of
from portal.plain.errors import Missing, NotSignedIn
from portal.sessions.queries import is_out
from portal.signing import actions
from portal.signing.forms import HopesForm, ShareForm
from portal.signing.policy import Hopes, Shared
from portal.signing.queries import Seat, expectation_of, hopes_for_signers, hopes_of, seat_of
from portal.signing.views import bp
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work

#: Who is asked what they hope for; the assistant arranges sessions and hears no more.
ROLES = frozenset({"COACHEE", "SPONSOR", "SUPPORTER"})
#: Who signs with the sponsor, besides the coach.
_ALL = frozenset({"COACHEE", "SPONSOR"})


def _seat(work: Work) -> Seat:
    seat = seat_of(work)
    if seat.party.role not in ROLES:
        raise Missing("hopes")
    if not _is_proven(work) and has_had_factor(work, seat.person.id):
        # Who has an authenticator sees nothing of their own without it (Z9).
        raise NotSignedIn("party")
    return seat


def _is_proven(work: Work) -> bool:
    return work.actor is not None and work.actor.proven


def _share_form(work: Work, seat: Seat) -> ShareForm:
    form = ShareForm()
    parties = parties_of(work, [seat.engagement.id])[seat.engagement.id]
    others = [p.person_id for p in parties if p.role in _ALL and p.id != seat.party.id
              and not is_out(work, seat.standing, p.id)]
    names = names_of(work, others)
    form.name_choices(seat.coach_name,
                      [names[one] for one in others] if _signs_together(work, seat) else [])
    return form


def _signs_together(work: Work, seat: Seat) -> bool:
    """Tell whether the person signs with a sponsor here; a sponsor who is taken out does not."""
    return (seat.has_sponsor and seat.party.role in _ALL
            and not is_out(work, seat.standing, seat.party.id))


def _values(work: Work, seat: Seat, **forms: Any) -> dict[str, Any]:
    row = expectation_of(work, seat.party.id)
    kept = hopes_of(work, row) if row is not None else Hopes()
    heard = hopes_for_signers(work, seat.engagement.id, seat.party.id) \
        if _signs_together(work, seat) else []
    values = {"form": HopesForm(None, data={"hope": kept.hope, "ready": kept.ready}),
              "share": _share_form(work, seat), "seat": seat, "kept": row is not None,
              "shared": Shared(row.shared_with) if row is not None else Shared.NOBODY,
              "heard": heard, "proven": _is_proven(work)}
    return {**values, **forms}


@bp.get("/p/hopes")
@guard(Door.MAILBOX)
def hopes(work: Work) -> Response:
    """Show one's own words, who reads them, and what others have shared."""
    return page("signing/hopes.html", **_values(work, _seat(work)))


@bp.post("/p/hopes")
@guard(Door.MAILBOX)
def keep_hopes(work: Work) -> Response:
    """Keep one's own words."""
    seat, form = _seat(work), HopesForm()
    valid, given = form.validate_on_submit(), form.given()
    if not given.hope and not given.ready:
        blame(form, "hope", _("Write down one of the two, or leave this page."))
        valid = False
    if not valid:
        return again("signing/hopes.html", **_values(work, seat, form=form))
    actions.keep_hopes(work, actions.take_seat(work), given)
    flash(_("Your words are kept."))
    return go("signing.hopes")


@bp.post("/p/hopes/readers")
@guard(Door.MAILBOX)
def share_hopes(work: Work) -> Response:
    """Show them to others, or to nobody from now on."""
    seat = _seat(work)
    form = _share_form(work, seat)
    if not form.validate_on_submit():
        return again("signing/hopes.html", **_values(work, seat, share=form))
    actions.share_hopes(work, actions.take_seat(work), form.chosen())
    flash(_("From now on this is read by you alone.") if form.chosen() is Shared.NOBODY
          else _("It is shared now."))
    return go("signing.hopes")
