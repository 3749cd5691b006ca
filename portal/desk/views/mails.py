"""Mails to me: whether to be reminded, and in whose day and night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash

from portal.desk.forms import MailsForm
from portal.desk.views import bp
from portal.factors.queries import has_had_factor
from portal.people.actions import live_by
from portal.plain.errors import NotSignedIn
from portal.reaching.actions import wish
from portal.reaching.policy import wants_reminders
from portal.signing.actions import take_seat
from portal.signing.queries import seat_of
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.signing.queries import Seat


def is_proven(work: Work, seat: Seat) -> bool:
    """Tell whether a code was given; who has an authenticator sees nothing of their own without
    it (Z9)."""
    proven = work.actor is not None and work.actor.proven
    if not proven and has_had_factor(work, seat.person.id):
        raise NotSignedIn("party")
    return proven


def _form(seat: Seat) -> MailsForm:
    return MailsForm.of(
        reminders=wants_reminders(seat.party.id, seat.standing.events),
        own=seat.person.timezone or "",
        practices=_("As at {practice}: {zone}").format(practice=seat.practice.name,
                                                       zone=seat.practice.timezone))


@bp.get("/p/mails")
@guard(Door.MAILBOX)
def mails(work: Work) -> Response:
    """Show what somebody has chosen about mails to them."""
    seat = seat_of(work)
    return page("desk/mails.html", seat=seat, proven=is_proven(work, seat), form=_form(seat))


@bp.post("/p/mails")
@guard(Door.MAILBOX)
def keep_mails(work: Work) -> Response:
    """Keep what somebody chose; it changes nothing that they may do."""
    seat = take_seat(work)
    proven, form = is_proven(work, seat), _form(seat)
    if not form.validate_on_submit():
        return again("desk/mails.html", seat=seat, proven=proven, form=form)
    wish(work, seat.party, reminders=form.reminders.data == "yes")
    live_by(seat.person, said(form.timezone))
    flash(_("Your choice is kept."))
    return go("desk.mails")
