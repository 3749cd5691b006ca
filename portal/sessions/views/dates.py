"""Planning, moving and cancelling: dates and places, for the coach and the practice's helper."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import flash

from portal.engagements.queries import parties_of
from portal.people.queries import names_of, practice_or_missing
from portal.plain.calendar import MEDIA, calendar
from portal.reaching.forms import PlainForm
from portal.sessions import actions
from portal.sessions.forms import DatesForm
from portal.sessions.policy import SessionNo, Span, span_of, why_not_move, why_not_span
from portal.sessions.queries import (
    appointments,
    facts_of,
    frame_of,
    listing_of,
    planned_by_me,
    session_or_missing,
    sheet_of,
)
from portal.sessions.views import bp
from portal.web.context import ground
from portal.web.forms import said
from portal.web.guards import Door, guard
from portal.web.pages import _, again, blame, go, page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from portal.engagements.models import CoachingSession, Engagement
    from portal.ground.work import Work
    from portal.plain.calendar import Entry


@bp.get("/engagements/<engagement_id>/sessions")
@guard(Door.DESK)
def listing(work: Work, engagement_id: str) -> Response:
    """List the sessions of an engagement; who looked is written down."""
    found = listing_of(work, engagement_id)
    work.note("sessions.looked", "coach" if found.frame.mine else "helper",
              engagement_id=engagement_id)
    return page("sessions/listing.html", listing=found, frame=found.frame)


@bp.get("/engagements/<engagement_id>/sessions.ics")
@guard(Door.DESK)
def calendar_file(work: Work, engagement_id: str) -> Response:
    """Hand out all sessions for a calendar, with a title that says nothing."""
    found = listing_of(work, engagement_id)
    person_id = work.actor.person_id if work.actor is not None else ""
    return as_calendar(appointments(person_id, [*found.coming, *found.past]), "appointments.ics")


def as_calendar(entries: Iterable[Entry], name: str) -> Response:
    """Answer with a calendar file as a download."""
    host = urlsplit(ground().settings.base_url).hostname or "localhost"
    response = FlaskResponse(calendar(entries, host), content_type=f"{MEDIA}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/engagements/<engagement_id>/sessions/new")
@guard(Door.DESK)
def plan(work: Work, engagement_id: str) -> Response:
    """Ask when and where the next session is."""
    return page("sessions/plan.html", form=DatesForm(), frame=frame_of(work, engagement_id),
                zone=_zone(work, planned_by_me(work, engagement_id)))


@bp.post("/engagements/<engagement_id>/sessions/new")
@guard(Door.DESK)
def keep(work: Work, engagement_id: str) -> Response:
    """Plan a session."""
    engagement, form = actions.own(work, engagement_id), DatesForm()
    zone = _zone(work, engagement)
    span = _span(work, form, zone)
    if span is None:
        return again("sessions/plan.html", form=form, zone=zone,
                     frame=frame_of(work, engagement_id))
    session = actions.plan(work, engagement, span, said(form.place))
    flash(_("Session {code} is planned.").format(code=f"S{session.number}"))
    return go("sessions.one", engagement_id=engagement_id, session_id=session.id)


@bp.get("/engagements/<engagement_id>/sessions/<session_id>")
@guard(Door.DESK)
def one(work: Work, engagement_id: str, session_id: str) -> Response:
    """Show one session: when and where, and to its coach who is in it."""
    sheet = sheet_of(work, engagement_id, session_id)
    work.note("sessions.looked", "coach" if sheet.frame.mine else "helper",
              engagement_id=engagement_id, subject_id=session_id)
    return page("sessions/one.html", sheet=sheet, frame=sheet.frame, form=PlainForm())


@bp.get("/engagements/<engagement_id>/sessions/<session_id>/dates")
@guard(Door.DESK)
def dates(work: Work, engagement_id: str, session_id: str) -> Response:
    """Ask for the new date or place."""
    sheet = sheet_of(work, engagement_id, session_id)
    zone = _zone(work, planned_by_me(work, engagement_id))
    starts, ends = (at.astimezone(ZoneInfo(zone))
                    for at in (sheet.dates.starts_at, sheet.dates.ends_at))
    form = DatesForm(data={"day": starts.date(), "start": starts.time(), "end": ends.time(),
                           "place": sheet.dates.place, "seen": sheet.dates.sequence})
    return page("sessions/dates.html", form=form, sheet=sheet, frame=sheet.frame, zone=zone)


@bp.post("/engagements/<engagement_id>/sessions/<session_id>/dates")
@guard(Door.DESK)
def move(work: Work, engagement_id: str, session_id: str) -> Response:
    """Move a session, and say whose addendum does not reach the new date."""
    engagement, session = held(work, engagement_id, session_id)
    form, zone = DatesForm(), _zone(work, engagement)
    if said(form.seen) != str(session.sequence):
        return _changed(work, form, session, zone)
    span = _span(work, form, zone, session)
    if span is None:
        sheet = sheet_of(work, engagement_id, session_id)
        return again("sessions/dates.html", form=form, sheet=sheet, frame=sheet.frame, zone=zone)
    short = actions.move(work, engagement, session, span, said(form.place))
    flash(_("Session {code} is changed.").format(code=f"S{session.number}"))
    if work.actor is not None and work.actor.person_id == engagement.coach_id:
        for name in _names(work, engagement, short):
            flash(_("The addendum of {name} does not reach the new date. To have {name} there, "
                    "bring them in again.").format(name=name), "error")
    return go("sessions.one", engagement_id=engagement_id, session_id=session_id)


def _changed(work: Work, form: DatesForm, session: CoachingSession, zone: str) -> Response:
    """Draw the form again, as it was filled in, beside what somebody else has kept meanwhile."""
    sheet = sheet_of(work, session.engagement_id, session.id)
    form.seen.data = str(session.sequence)
    flash(_("Somebody changed this session while this page was open, so nothing was kept. Look at "
            "what holds now, and send again what you still want."), "error")
    return page("sessions/dates.html", 409, form=form, sheet=sheet, frame=sheet.frame, zone=zone)


@bp.post("/engagements/<engagement_id>/sessions/<session_id>/cancellation")
@guard(Door.COACH)
def cancel(work: Work, engagement_id: str, session_id: str) -> Response:
    """Cancel a session; a permission for it ends at once."""
    engagement, session = held(work, engagement_id, session_id)
    actions.cancel(work, engagement, session)
    flash(_("Session {code} is cancelled.").format(code=f"S{session.number}"))
    return go("sessions.one", engagement_id=engagement_id, session_id=session_id)


def held(
    work: Work, engagement_id: str, session_id: str
) -> tuple[Engagement, CoachingSession]:
    """Return an engagement and one of its sessions, held for writing."""
    engagement = actions.own(work, engagement_id)
    return engagement, session_or_missing(work, engagement_id, session_id)


def _zone(work: Work, engagement: Engagement) -> str:
    return practice_or_missing(work, engagement.practice_id).timezone


def _names(work: Work, engagement: Engagement, party_ids: list[str]) -> list[str]:
    people = {party.id: party.person_id
              for party in parties_of(work, [engagement.id])[engagement.id]}
    names = names_of(work, [people[party_id] for party_id in party_ids])
    return sorted(names.values())


def _span(
    work: Work, form: DatesForm, zone: str, session: CoachingSession | None = None
) -> Span | None:
    """Return the times that a form brings, or None once it says what is wrong with them."""
    valid, day, start, end = (form.validate_on_submit(), form.day.data, form.start.data,
                              form.end.data)
    if not valid or day is None or start is None or end is None:
        return None
    span = span_of(day, start, end, zone)
    no = span if isinstance(span, SessionNo) else why_not_span(span, work.now)
    if session is not None:
        no = why_not_move(facts_of(session), work.now) or no
    if isinstance(span, SessionNo) or no is not None:
        blame(form, "end" if no is SessionNo.ENDS_BEFORE_IT_STARTS else "start", _words(no))
        return None
    return span


def _words(no: SessionNo | None) -> str:
    """Return why a session cannot lie there, and what to do."""
    return {
        SessionNo.NO_SUCH_TIME: _("On this day the clocks go forward and leap over this time. "
                                  "Choose an earlier or a later one."),
        SessionNo.ENDS_BEFORE_IT_STARTS: _("It ends after it begins, on the same day. Enter a "
                                           "later time."),
        SessionNo.NOT_TO_COME: _("This time is past. Choose one that is still to come."),
        SessionNo.BEGUN: _("This session has begun, so it stays where it is. Plan another one."),
        SessionNo.OVER: _("This session is over. Plan another one."),
        SessionNo.CANCELLED: _("This session is cancelled. Plan another one."),
    }.get(no or SessionNo.NOT_TO_COME, _("Choose another time."))
