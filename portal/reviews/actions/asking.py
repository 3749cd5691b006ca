"""Finding what is due, asking and reminding."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import Executable, bindparam, case, select, update

from portal.agreements.models import Timer
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold, note, tell
from portal.engagements.queries import parties_of, party_of_person
from portal.notices.actions import Renewed, put_due
from portal.notices.policy import is_reminder
from portal.notices.queries import were_put
from portal.reaching.actions import renew as renew_reminder
from portal.reaching.actions import renewed
from portal.reaching.policy import wants_reminders
from portal.reaching.queries import is_their_own
from portal.reviews.policy import Ask, asks_now, checks_now, next_moment
from portal.web.words import long_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.agreements.policy import Review, VersionFacts
    from portal.agreements.queries import Standing
    from portal.engagements.models import Engagement, Party
    from portal.ground.work import Ground, Work
    from portal.notices.actions import Claimed

#: So many engagements are claimed in one transaction.
BATCH = 500


@cache
def _upsert(dialect: str) -> Executable:
    # Only the dialect in use is imported: the other one costs a tenth of a cold start.
    module = import_module(f"sqlalchemy.dialects.{dialect}")
    insert, was = module.insert(Timer.__table__), Timer.__table__.c.next_at
    # What is due and not claimed yet stays: whoever acts before the clockwork does silences nobody.
    made: Executable = insert.on_conflict_do_update(
        index_elements=["engagement_id"], set_={"next_at": case(
            (was <= bindparam("now", type_=was.type), was), else_=insert.excluded.next_at)})
    return made


def set_timers(work: Work, timers: Mapping[str, tuple[str, datetime | None]]) -> None:
    """Write when something is due next, by engagement: its practice and the instant, or None. What
    is due already is left to `claim_due`."""
    if timers:
        work.session.connection().execute(_upsert(work.ground.engine.dialect.name), [
            {"engagement_id": engagement_id, "practice_id": practice_id, "next_at": next_at,
             "now": work.now}
            for engagement_id, (practice_id, next_at) in timers.items()])


def claim_due(ground: Ground) -> int:
    """Move what is due into the outbox, a batch in one transaction, and return how many
    engagements that were. What it costs depends on what is due, not on what exists.

    Two clockworks at once are harmless: a row is locked by who reads it, and what it puts into
    the outbox is there once.
    """
    with ground.work(writes=True) as work:
        rows = work.session.execute(
            select(Timer.engagement_id, Timer.practice_id, Timer.next_at)
            .where(Timer.next_at <= work.now).order_by(Timer.next_at).limit(BATCH)
            .with_for_update(skip_locked=True)).all()
        if rows:
            put_due(work, [(row.practice_id, row.engagement_id, row.next_at) for row in rows])
            # They are locked since they were read, so one statement for all of them will do.
            work.session.connection().execute(update(Timer).where(
                Timer.engagement_id.in_([row.engagement_id for row in rows])).values(next_at=None))
        return len(rows)


def attend(work: Work, engagement_id: str) -> int:
    """Ask and remind whoever is to be asked in an engagement now, each in one mail, and set its
    timer anew. Returns how many mails were put into the outbox.

    After any time without a clockwork everybody is asked once, for what is due last. Nobody is
    asked about what was erased.
    """
    engagement = hold(work, engagement_id)
    if work.vault.is_gone(engagement.key_id):
        return 0
    standing = standing_of_one(work, engagement_id)
    parties = parties_of(work, [engagement_id])[engagement_id]
    asks = {party.id: ask for party in parties
            if (ask := asks_now(standing.versions, party.id, party.role, standing.events,
                                work.now)) is not None}
    there = were_put(work, [_once(party_id, at) for party_id, ask in asks.items()
                            for at in ask.come])
    told = 0
    for party in parties:
        ask = asks.get(party.id)
        if ask is None or _once(party.id, ask.step_at) in there or not _reachable(party):
            continue
        new = ask.unasked([at for at in ask.come if _once(party.id, at) in there])
        if new or wants_reminders(party.id, standing.events):
            _ask(work, engagement, party, ask, new)
            told += 1
    told += _check_in(work, engagement, standing, parties)
    set_timers(work, {engagement_id: (engagement.practice_id,
                                      next_moment(standing.versions, work.now))})
    return told


def _check_in(
    work: Work, engagement: Engagement, standing: Standing, parties: Sequence[Party]
) -> int:
    """Ask whether it is still fine, where that is asked now and whoever is asked wants reminders;
    nothing hangs on it. Returns how many mails were put into the outbox."""
    told = 0
    for party in parties:
        if not _reachable(party) or not wants_reminders(party.id, standing.events):
            continue
        waits = checks_now(standing.versions, party.id, party.role, standing.events, work.now)
        if waits:
            newest = max(one.opens_at for _facts, one in waits)
            tell(work, engagement, party, "check_in",
                 dedupe=f"check_in:{party.id}:{newest.isoformat()}")
            told += 1
    return told


def _once(party_id: str, at: datetime) -> str:
    return f"review:{party_id}:{at.isoformat()}"


def _reachable(party: Party) -> bool:
    return party.contact_point_id is not None and not party.on_paper


def _ask(
    work: Work, engagement: Engagement, party: Party, ask: Ask,
    new: Sequence[tuple[VersionFacts, Review]],
) -> None:
    """Write to a party: the coach has a page of their own, everybody else gets a link, which is
    made when the mail goes out.

    The first question about something `new` is no reminder, and comes whatever somebody said
    about reminders: silence ends what they agreed to.
    """
    for facts, review in new:
        note(work, engagement, "review.opened", facts.version_id,
             {"review": review.key, "party": party.id})
    tell(work, engagement, party, "review" if new else "review_again", day=long_date(ask.day),
         dedupe=_once(party.id, ask.step_at))


def renew(work: Work, mail: Claimed, shared: Renewed | None) -> Renewed | None:
    """Return what a question or a reminder of any room says when it goes out; None where nothing
    waits any more."""
    if mail.name == "check_in":
        return _renew_check_in(work, mail, shared)
    ours = mail.name in ("review", "review_again")
    return (_renew if ours else renew_reminder)(work, mail, shared)


def _renew_check_in(work: Work, mail: Claimed, shared: Renewed | None) -> Renewed | None:
    engagement = hold(work, mail.engagement_id or "")
    party = party_of_person(work, engagement.id, mail.recipient_id or "")
    standing = standing_of_one(work, engagement.id)
    waits = checks_now(standing.versions, party.id, party.role, standing.events, work.now)
    if not (waits and wants_reminders(party.id, standing.events) and is_their_own(work, party)):
        return None
    return renewed(work, engagement, party, "review",
                   until=max(one.closes_at for _facts, one in waits), texts=len(waits),
                   shared=shared)


def _renew(work: Work, mail: Claimed, shared: Renewed | None) -> Renewed | None:
    engagement = hold(work, mail.engagement_id or "")
    party = party_of_person(work, engagement.id, mail.recipient_id or "")
    standing = standing_of_one(work, engagement.id)
    ask = asks_now(standing.versions, party.id, party.role, standing.events, work.now)
    stopped = is_reminder(mail.name) and not wants_reminders(party.id, standing.events)
    if ask is None or stopped:
        return None
    if party.role == "COACH":
        return Renewed({})
    if not is_their_own(work, party):
        return None
    return renewed(work, engagement, party, "review", until=ask.until, texts=len(ask.waits),
                   shared=shared, day=long_date(ask.day))
