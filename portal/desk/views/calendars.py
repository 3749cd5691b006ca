"""Calendars that fetch days by a secret address: making one, ending one, and answering."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, url_for

from portal.desk.forms import FeedForm
from portal.desk.queries.feeds import FETCHED, entries_of, feed_or_missing, own_feed
from portal.desk.views import bp
from portal.links.actions import end_feed, make_feed
from portal.links.queries import feed_signer
from portal.people.queries import practice_or_missing
from portal.plain.errors import Missing
from portal.reaching.forms import PlainForm
from portal.sessions.views.dates import as_calendar
from portal.signing.queries import seat_of
from portal.throttles.actions import hit
from portal.throttles.policy import Limit, Try
from portal.throttles.views import MADE_UP, network
from portal.web.context import ground
from portal.web.guards import Door, before, guard
from portal.web.pages import _, go, page
from portal.web.words import speak

if TYPE_CHECKING:
    from flask import Response

    from portal.ground.actor import Actor
    from portal.ground.work import Ground, Work


#: So often in so much time one address answers; calendar programs come every few minutes at most.
_ANSWERS = Limit("feed", 60, timedelta(hours=1))


def _count(ground: Ground, values: dict[str, Any]) -> None:
    """Count an address that we wrote by itself, and a made-up one against its network."""
    secret = feed_signer(ground).read(values["secret"])
    hit(ground, Try(MADE_UP, network()) if secret is None else Try(_ANSWERS, secret.hex()))


@bp.get("/feeds/<secret>.ics")
@before(_count)
@guard(Door.ANYONE)
def feed(work: Work, secret: str) -> Response:
    """Answer a calendar program: neutral entries, or the one page for whatever does not work."""
    found = feed_or_missing(work, secret)
    practice = practice_or_missing(work, found.practice_id)
    speak(practice.locale, practice.timezone)
    work.note(FETCHED, "party" if found.engagement_id else "coach",
              practice_id=found.practice_id, engagement_id=found.engagement_id,
              subject_id=found.id)
    return as_calendar(entries_of(work, found), "dates.ics")


def _address(token: str) -> str:
    return f"{ground().settings.base_url.rstrip('/')}{url_for('desk.feed', secret=token)}"


@bp.get("/p/calendar")
@guard(Door.PARTY)
def own_calendar(work: Work) -> Response:
    """Say whether a calendar fetches the days of this person, and since when."""
    seat = seat_of(work)
    return page("desk/own_calendar.html", seat=seat, form=PlainForm(), address=None,
                feed=own_feed(work, seat.practice.id, seat.person.id, seat.engagement.id))


@bp.post("/p/calendar")
@guard(Door.PARTY)
def make_own_feed(work: Work) -> Response:
    """Make an address and show it this one time; the one before ends at once."""
    seat = seat_of(work)
    token = make_feed(work, seat.practice.id, seat.person.id, seat.engagement.id)
    return page("desk/own_calendar.html", seat=seat, form=PlainForm(), address=_address(token),
                feed=None)


@bp.post("/p/calendar/revocation")
@guard(Door.PARTY)
def end_own_feed(work: Work) -> Response:
    """End the address at once."""
    seat = seat_of(work)
    end_feed(work, seat.practice.id, seat.person.id, seat.engagement.id)
    flash(_("The address has ended. A calendar that has it gets nothing from now on."))
    return go("desk.own_calendar")


def _acting(work: Work) -> Actor:
    if work.actor is None:
        raise Missing("calendar")
    return work.actor


@bp.get("/practice/calendar")
@guard(Door.COACH)
def calendar(work: Work) -> Response:
    """Say whether a calendar fetches the days of this coach, and since when."""
    actor = _acting(work)
    return page("desk/calendar.html", form=FeedForm(), address=None,
                feed=own_feed(work, actor.practice_id, actor.person_id, None))


@bp.post("/practice/calendar")
@guard(Door.COACH, fresh=True)
def make_coachs_feed(work: Work) -> Response:
    """Make an address and show it this one time; the one before ends at once."""
    actor, form = _acting(work), FeedForm()
    token = make_feed(work, actor.practice_id, actor.person_id, None,
                      titles=bool(form.titles.data))
    return page("desk/calendar.html", form=form, address=_address(token), feed=None)


@bp.post("/practice/calendar/revocation")
@guard(Door.COACH)
def end_coachs_feed(work: Work) -> Response:
    """End the address at once."""
    actor = _acting(work)
    end_feed(work, actor.practice_id, actor.person_id, None)
    flash(_("The address has ended. A calendar that has it gets nothing from now on."))
    return go("desk.calendar")
