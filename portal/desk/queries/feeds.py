"""What a calendar program gets by the secret address of a coach or of a party (Z3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import literal, select, union_all

from portal.agreements.queries import standing_of_one
from portal.desk.models import BoardRow
from portal.desk.queries.calendars import day_entry, in_calendar, text_entries
from portal.engagements.models import CoachingSession, Engagement
from portal.engagements.queries import parties_of
from portal.ground.vault import DataKey
from portal.ledger.queries import last_seen
from portal.links.queries import feeds_of, living_feed
from portal.people.models import Account, Membership
from portal.people.queries import practice_or_missing
from portal.plain.calendar import Entry, uid_for
from portal.plain.errors import Missing
from portal.sessions.queries import sessions_of
from portal.web.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from portal.engagements.models import Party
    from portal.ground.work import Work
    from portal.links.models import CalendarFeed

#: What the access log calls it when a calendar program came; its subject is the feed.
FETCHED = "calendar.fetched"
#: So many of the soonest days and sessions a coach's feed holds, and sessions so long past.
_ENTRIES, _PAST = 500, timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Feed:
    """Hold what the owner of a feed sees of it: the address itself nobody can see again."""

    made_at: datetime
    titles: bool
    fetched_at: datetime | None


def own_feed(
    work: Work, practice_id: str, person_id: str, engagement_id: str | None
) -> Feed | None:
    """Return a person's feed, or None where there is none."""
    found = next(iter(feeds_of(work, practice_id, person_id, engagement_id)), None)
    return None if found is None else Feed(
        found.made_at, found.titles, last_seen(work, FETCHED, [found.id]).get(found.id))


def feed_or_missing(work: Work, token: str) -> CalendarFeed:
    """Return the feed behind a token. Raises `Missing` for every address that does not work, why
    ever that is."""
    feed = living_feed(work, token)
    if feed is None or not (_lasts(work, feed) if feed.engagement_id else _coaches(work, feed)):
        raise Missing("feed")
    return feed


def _coaches(work: Work, feed: CalendarFeed) -> bool:
    """Tell whether the account behind a feed is open, and may still coach."""
    return work.session.scalar(
        select(Account.id).join(Membership, Membership.account_id == Account.id)
        .where(Account.person_id == feed.person_id, Account.closed_at.is_(None),
               Membership.until.is_(None), Membership.role.in_(("owner", "coach")))) is not None


def _lasts(work: Work, feed: CalendarFeed) -> bool:
    """Tell whether the engagement of a feed has not been erased."""
    return work.session.scalar(
        select(Engagement.id).join(DataKey, DataKey.id == Engagement.key_id)
        .where(Engagement.id == feed.engagement_id, DataKey.destroyed_at.is_(None))) is not None


def entries_of(work: Work, feed: CalendarFeed) -> list[Entry]:
    """Return the entries of a feed: neutral titles, and nobody's name."""
    if feed.engagement_id is None:
        return _of_coach(work, feed)
    party = next((p for p in parties_of(work, [feed.engagement_id])[feed.engagement_id]
                  if p.person_id == feed.person_id), None)
    if party is None:
        raise Missing("feed")
    return _of_party(work, feed.engagement_id, party)


def _of_party(work: Work, engagement_id: str, party: Party) -> list[Entry]:
    """Return the days of a party's texts as everybody knows them. Sessions are the coachee's
    alone here: to all others they open and close as the coachee wishes, and a program that comes
    every hour would write down when (Z3)."""
    versions = standing_of_one(work, engagement_id).versions
    days = text_entries(party, in_calendar(versions, party.id, work.now), work.now)
    if party.role != "COACHEE":
        return days
    return days + [_appointment(party.id, one) for one in sessions_of(work, engagement_id)]


def _appointment(owner_id: str, session: CoachingSession) -> Entry:
    """Return a session as an entry; where it is stays out, so that nothing need be opened."""
    return Entry(uid_for(owner_id, session.id), _("Appointment"), session.starts_at,
                 session.changed_at, ends_at=session.ends_at, sequence=session.sequence,
                 cancelled=session.cancelled_at is not None)


def _of_coach(work: Work, feed: CalendarFeed) -> list[Entry]:
    """Return what comes in all engagements of a coach, with as many queries whatever their
    number."""
    zone = ZoneInfo(practice_or_missing(work, feed.practice_id).timezone)
    own = select(BoardRow.version_id, BoardRow.asked_at, BoardRow.engagement_id)
    ends = own.add_columns(BoardRow.valid_to.label("at"), literal(True).label("last")).where(
        BoardRow.coach_id == feed.person_id, BoardRow.word.in_(("coming", "in_force")),
        BoardRow.starts <= work.now, BoardRow.ends > work.now)
    looks = own.add_columns(BoardRow.ends.label("at"), literal(False).label("last")).where(
        BoardRow.coach_id == feed.person_id, BoardRow.turn == "review", BoardRow.ends > work.now)
    both = union_all(ends, looks).subquery()
    rows = work.session.execute(
        select(both).order_by(both.c.at, both.c.version_id).limit(_ENTRIES)).all()
    sessions = work.session.scalars(
        select(CoachingSession).join(Engagement, Engagement.id == CoachingSession.engagement_id)
        .join(DataKey, DataKey.id == Engagement.key_id)
        .where(Engagement.coach_id == feed.person_id, DataKey.destroyed_at.is_(None),
               CoachingSession.starts_at > work.now - _PAST)
        .order_by(CoachingSession.starts_at, CoachingSession.id).limit(_ENTRIES)).all()
    named = _titles(work, feed, {
        *(row.engagement_id for row in rows), *(one.engagement_id for one in sessions)})
    found = [named(row.engagement_id, day_entry(
        feed.person_id, row.version_id, (row.at - timedelta(seconds=1)).astimezone(zone).date(),
        row.asked_at, last=bool(row.last))) for row in rows]
    return found + [named(one.engagement_id, _appointment(feed.person_id, one))
                    for one in sessions]


def _titles(
    work: Work, feed: CalendarFeed, engagement_ids: Iterable[str]
) -> Callable[[str, Entry], Entry]:
    """Return what adds an engagement's title to an entry, where the coach chose so."""
    if not feed.titles:
        return lambda _engagement_id, entry: entry
    found = work.session.scalars(
        select(Engagement).where(Engagement.id.in_(list(engagement_ids)))).all()
    work.vault.fetch(engagement.key_id for engagement in found)
    titles = {engagement.id: work.reveal(engagement, "title") for engagement in found}
    return lambda engagement_id, entry: entry.called(f"{entry.title}: {titles[engagement_id]}")
