"""Putting notices into the outbox, claiming them, and settling what came of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Executable, or_, select, update

from portal.clockwork.queries import held_back
from portal.ground import chance
from portal.ground.vault import CannotOpen
from portal.notices.models import Notice
from portal.notices.policy import (
    LEASE,
    MOST_TRIES,
    Attempt,
    Outcome,
    after_failure,
    can_wait,
    pause_after,
)

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


@dataclass(frozen=True, slots=True)
class Claimed:
    """Carry a claimed notice out of the transaction, readable."""

    id: str
    topic: str
    practice_id: str
    engagement_id: str | None
    subject_id: str | None
    recipient_id: str | None
    name: str
    destination: str
    values: dict[str, str]
    attempts: int
    created_at: datetime


_COLUMNS = tuple(column.name for column in Notice.__table__.columns)


@cache
def _once(dialect: str) -> Executable:
    # Only the dialect in use is imported: the other one costs a tenth of a cold start.
    module = import_module(f"sqlalchemy.dialects.{dialect}")
    insert: Executable = module.insert(Notice.__table__).on_conflict_do_nothing(
        index_elements=["dedupe"])
    return insert


def put_mail(
    work: Work, name: str, destination: str, values: Mapping[str, str], *, dedupe: str,
    practice_id: str, key_id: str, engagement_id: str | None = None,
    subject_id: str | None = None, recipient_id: str | None = None,
) -> None:
    """Put a mail into the outbox of this transaction; the same `dedupe` makes it once.

    Values are plain texts for the mail's template, encrypted until sent and wiped then. What can
    wait joins the recipient's letter of the day, whose hours are those of the value `zone`.
    """
    topic = "news" if can_wait(name) and recipient_id is not None else "mail"
    notice = Notice(
        id=chance.new_id(), practice_id=practice_id, engagement_id=engagement_id,
        subject_id=subject_id, recipient_id=recipient_id, key_id=key_id, topic=topic, name=name,
        dedupe=dedupe, created_at=work.now, due_at=work.now,
    )
    work.hide(notice, "destination", destination)
    work.hide(notice, "values", json.dumps(dict(values)))
    _put_once(work, notice)


def put_seal(
    work: Work, name: str, version_id: str, *, practice_id: str, engagement_id: str
) -> None:
    """Ask for the papers of a version; `name` says which occasion they are for."""
    _put_once(work, Notice(
        id=chance.new_id(), practice_id=practice_id, engagement_id=engagement_id,
        subject_id=version_id, topic="seal", name=name, dedupe=f"seal:{name}:{version_id}",
        created_at=work.now, due_at=work.now,
    ))


def put_due(work: Work, due: Sequence[tuple[str, str, datetime]]) -> None:
    """Put engagements into the outbox in which something is due by the clock: of each the
    practice, the id and the instant, which together make it once."""
    work.session.connection().execute(_once(work.ground.engine.dialect.name), [
        {"id": chance.new_id(), "practice_id": practice_id, "engagement_id": engagement_id,
         "topic": "due", "name": "engagement", "dedupe": f"due:{engagement_id}:{at.isoformat()}",
         "created_at": work.now, "due_at": work.now, "attempts": 0}
        for practice_id, engagement_id, at in due])


def _put_once(work: Work, notice: Notice) -> None:
    """Write a notice unless its `dedupe` is there already: one statement, and no race."""
    values = {name: getattr(notice, name) for name in _COLUMNS}
    work.session.execute(_once(work.ground.engine.dialect.name), values | {"attempts": 0})


def _waits(work: Work, topic: str) -> list[ColumnElement[bool]]:
    """Return what is true of a notice that may be taken now; not of a seal that was set aside."""
    back = [Notice.id.not_in(held_back(topic, work.now))] if topic == "seal" else []
    return [Notice.topic == topic, Notice.settled_at.is_(None), Notice.due_at <= work.now,
            or_(Notice.claimed_until.is_(None), Notice.claimed_until <= work.now), *back]


def oldest_due(work: Work, topic: str) -> Notice | None:
    """Return the oldest due notice that can be read, locked.

    One whose key is gone, or that every worker dies of, is set aside on the way: it would be the
    oldest for ever.
    """
    while True:
        row = work.session.scalar(
            select(Notice).where(*_waits(work, topic))
            .order_by(Notice.due_at, Notice.id).limit(1).with_for_update(skip_locked=True)
        )
        if row is None or topic not in ("mail", "news"):
            return row
        if row.attempts >= MOST_TRIES:
            close(row, work.now, Outcome.GIVEN_UP, "broke_too_often")
        elif not _is_readable(work, row):
            close(row, work.now, Outcome.GIVEN_UP, "broke_key_is_gone")
        else:
            return row
        work.session.flush()


def _is_readable(work: Work, row: Notice) -> bool:
    try:
        work.reveal(row, "destination"), work.reveal(row, "values")
    except CannotOpen:
        return False
    return True


def close(row: Notice, now: datetime, outcome: Outcome, trouble: str | None = None) -> None:
    """Settle a notice that nobody sends any more; its content is wiped."""
    row.settled_at, row.settled_as, row.trouble = now, outcome.value, trouble
    row.destination_enc = row.values_enc = None


def take(work: Work, row: Notice) -> Claimed:
    """Claim a locked notice, and return it readable."""
    row.claimed_until = work.now + LEASE
    row.attempts += 1
    return read(work, row)


def read(work: Work, row: Notice) -> Claimed:
    """Return a notice readable."""
    readable = row.key_id is not None and row.destination_enc is not None
    return Claimed(
        id=row.id, topic=row.topic, practice_id=row.practice_id,
        engagement_id=row.engagement_id, recipient_id=row.recipient_id,
        subject_id=row.subject_id, name=row.name, attempts=row.attempts,
        created_at=row.created_at,
        destination=work.reveal(row, "destination") if readable else "",
        values=json.loads(work.reveal(row, "values")) if readable else {},
    )


def claim(ground: Ground, topic: str) -> Claimed | None:
    """Take the oldest due notice, or None; the claim is a lease of five minutes.

    Two workers never hold the same notice: the row is taken by compare-and-set.
    """
    with ground.work(writes=True) as work:
        row = oldest_due(work, topic)
        return None if row is None else take(work, row)


def has_due(ground: Ground, topic: str) -> bool:
    """Tell whether anything of this topic waits, with one cheap read."""
    with ground.work(writes=False) as work:
        return work.session.scalar(
            select(Notice.id).where(*_waits(work, topic)).limit(1)) is not None


def settle(work: Work, claimed: Claimed, attempt: Attempt) -> Outcome:
    """Write down what came of an attempt; done and dead notices lose their content."""
    if attempt.outcome is Outcome.LATER:
        attempt = after_failure(claimed.topic, work.now - claimed.created_at, claimed.attempts,
                                attempt.trouble or "unknown")
    later = attempt.outcome is Outcome.LATER
    changes: dict[str, object] = {"claimed_until": None, "trouble": attempt.trouble}
    if later:
        changes["due_at"] = work.now + pause_after(claimed.attempts)
    else:
        changes |= {"settled_at": work.now, "settled_as": attempt.outcome.value,
                    "destination_enc": None, "values_enc": None}
    work.session.execute(
        update(Notice).where(Notice.id == claimed.id, Notice.settled_at.is_(None)).values(changes)
    )
    return attempt.outcome


def reopen(work: Work, item_ids: Iterable[str]) -> None:
    """Let what was set aside be tried again now: seals by their own ids, and what is due in
    engagements by those of the engagements."""
    ids = list(item_ids)
    work.session.execute(
        update(Notice).where(Notice.id.in_(ids), Notice.topic == "seal",
                             Notice.settled_as == Outcome.GIVEN_UP.value)
        .values(settled_at=None, settled_as=None, due_at=work.now))
    work.session.execute(
        update(Notice).where(Notice.engagement_id.in_(ids), Notice.topic == "due",
                             Notice.settled_at.is_(None)).values(due_at=work.now))


def give_up(work: Work, **about: str) -> None:
    """Send nothing of what still waits about an engagement, or under a data key, and wipe it.

    `about` is an `engagement_id` or a `key_id`. What a worker has taken already may go out.
    """
    work.session.execute(
        update(Notice).filter_by(**about).where(Notice.settled_at.is_(None))
        .values(settled_at=work.now, settled_as="erased", destination_enc=None,
                values_enc=None, claimed_until=None))


def redirect_news(work: Work, recipient_id: str, engagement_id: str, destination: str) -> None:
    """Let what still waits to be told to a person go to another address.

    What a worker is sending at this moment goes where it was to go: a worker that holds a notice
    may wait for the engagement, so nobody who holds the engagement waits for a notice.
    """
    rows = work.session.scalars(select(Notice).where(
        Notice.topic == "news", Notice.recipient_id == recipient_id,
        Notice.engagement_id == engagement_id, Notice.settled_at.is_(None))
        .with_for_update(skip_locked=True))
    for row in rows:
        work.hide(row, "destination", destination)
