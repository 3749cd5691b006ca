"""Who else is in a session: bringing in a guest, and how somebody takes part. For its coach."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from flask import flash

from portal.engagements.queries import own_or_missing
from portal.people.actions import NewPerson
from portal.people.policy import AddressNo, Owner, ReadBy, why_not_address
from portal.plain.errors import Missing, Refused
from portal.sessions import actions
from portal.sessions.forms import GuestForm, ModeForm
from portal.sessions.policy import Mode, SessionNo
from portal.sessions.queries import sheet_of
from portal.sessions.views import bp
from portal.sessions.views.dates import held
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.work import Work
    from portal.sessions.queries import Sheet
    from portal.sessions.queries.sheet import Beside


def _own_sheet(work: Work, engagement_id: str, session_id: str) -> Sheet:
    own_or_missing(work, engagement_id)
    return sheet_of(work, engagement_id, session_id)


@bp.get("/engagements/<engagement_id>/sessions/<session_id>/guest")
@guard(Door.COACH)
def guest(work: Work, engagement_id: str, session_id: str) -> Response:
    """Warn of a third person in the room, then ask who it is and what for."""
    form = GuestForm()
    form.name_choices()
    sheet = _own_sheet(work, engagement_id, session_id)
    return page("sessions/guest.html", form=form, sheet=sheet, frame=sheet.frame)


@bp.post("/engagements/<engagement_id>/sessions/<session_id>/guest")
@guard(Door.COACH)
def bring_in(work: Work, engagement_id: str, session_id: str) -> Response:
    """Begin the addendum of a guest; the next screen is the usual look and send."""
    own_or_missing(work, engagement_id)
    engagement, session = held(work, engagement_id, session_id)
    form = GuestForm()
    form.name_choices()
    if form.validate_on_submit() and _is_private(form):
        try:
            actions.bring_in(work, engagement, session, _values(form))
        except Refused as no:
            blame(form, _FIELDS.get(no.reason, "email"), _words(no.reason))
        else:
            flash(_("Nothing is sent yet. Look at the addendum, then sign and send it."))
            return go("issuing.look", engagement_id=engagement_id)
    sheet = sheet_of(work, engagement_id, session_id)
    return again("sessions/guest.html", form=form, sheet=sheet, frame=sheet.frame)


_FIELDS: dict[StrEnum, str] = {SessionNo.NOBODY_NAMED: "name",
                               SessionNo.NOT_YET: "asked_for_on"}


def _values(form: GuestForm) -> actions.NewGuest:
    person = NewPerson(said(form.name), said(form.email), Owner(form.owner.data),
                       ReadBy(form.read_by.data))
    return actions.NewGuest(person, said(form.topic), Mode(form.mode.data),
                            form.asked_for_on.data)


def _is_private(form: GuestForm) -> bool:
    no = why_not_address("GUEST", Owner(form.owner.data), ReadBy(form.read_by.data))
    if no is not None:
        blame(form, "read_by" if no is AddressNo.READ_BY_EMPLOYER else "owner", {
            AddressNo.EMPLOYER_OWNED: _("An employer’s mailbox belongs to the employer, who may "
                                        "read it. Ask for an address that is the guest’s own."),
            AddressNo.READ_BY_EMPLOYER: _("Other people at work would read this. Ask for an "
                                          "address that they do not read."),
            AddressNo.NOT_PRIVATE: _("The addendum is for the guest alone. Ask for an address "
                                     "that is theirs and not shared."),
        }[no])
    return no is None


def _words(no: StrEnum) -> str:
    """Return why somebody cannot be brought in, and what to do."""
    words: dict[StrEnum, str] = {
        SessionNo.TAKES_PART_ALREADY: _("This is the address of somebody who takes part in the "
                                        "engagement already. A guest is somebody else."),
        SessionNo.ASKED_ALREADY: _("This guest is asked for this session already."),
        SessionNo.NOBODY_NAMED: _("Name one person, with first and last name."),
        SessionNo.NOT_YET: _("Enter the day on which the coachee asked for this person: today "
                             "or an earlier day."),
        SessionNo.BEGUN: _("This session has begun. Everyone signs before it begins, so a guest "
                           "can come into another session only."),
        SessionNo.OVER: _("This session is over. Bring the guest into another one."),
        SessionNo.CANCELLED: _("This session is cancelled. Bring the guest into another one."),
    }
    return words.get(no, _("This guest cannot be asked."))


def _beside(sheet: Sheet, party_id: str) -> Beside:
    for beside in sheet.beside:
        if beside.third.party_id == party_id:
            return beside
    raise Missing("party")


@bp.get("/engagements/<engagement_id>/sessions/<session_id>/people/<party_id>")
@guard(Door.COACH)
def part(work: Work, engagement_id: str, session_id: str, party_id: str) -> Response:
    """Ask how somebody takes part in this session."""
    sheet = _own_sheet(work, engagement_id, session_id)
    third = _beside(sheet, party_id).third
    form = ModeForm(data={"mode": third.mode.value})
    form.name_choices(third.role)
    return page("sessions/part.html", form=form, sheet=sheet, frame=sheet.frame, third=third)


@bp.post("/engagements/<engagement_id>/sessions/<session_id>/people/<party_id>")
@guard(Door.COACH)
def keep_part(work: Work, engagement_id: str, session_id: str, party_id: str) -> Response:
    """Keep how somebody takes part; this opens no door that the coachee closed."""
    own_or_missing(work, engagement_id)
    engagement, session = held(work, engagement_id, session_id)
    sheet = sheet_of(work, engagement_id, session_id)
    third = _beside(sheet, party_id).third
    form = ModeForm()
    form.name_choices(third.role)
    if not form.validate_on_submit():
        return again("sessions/part.html", form=form, sheet=sheet, frame=sheet.frame,
                     third=third)
    actions.set_mode(work, engagement, session, party_id, Mode(form.mode.data))
    flash(_("Kept. Everyone in the session sees it."))
    return go("sessions.one", engagement_id=engagement_id, session_id=session_id)
