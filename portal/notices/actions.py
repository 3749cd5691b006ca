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
from portal.notices.models import Notice
from portal.notices.policy import (
    LEASE,
    Attempt,
    Outcome,
    after_failure,
    can_wait,
    next_letter,
    pause_after,
)
from portal.notices.queries import letter_facts

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


def _due(work: Work, topic: str) -> Notice | None:
    return work.session.scalar(
        select(Notice).where(*_waits(work, topic))
        .order_by(Notice.due_at, Notice.id).limit(1).with_for_update(skip_locked=True)
    )


def _take(work: Work, row: Notice) -> Claimed:
    row.claimed_until = work.now + LEASE
    row.attempts += 1
    readable = row.key_id is not None and row.destination_enc is not None
    return Claimed(
        id=row.id, topic=row.topic, practice_id=row.practice_id,
        engagement_id=row.engagement_id,
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
        row = _due(work, topic)
        return None if row is None else _take(work, row)


def claim_mails(ground: Ground) -> list[Claimed]:
    """Take what goes out next in one mail: a mail by itself, or all news of a person's letter."""
    mail = claim(ground, "mail")
    return [mail] if mail is not None else claim_letter(ground)


def claim_letter(ground: Ground) -> list[Claimed]:
    """Take all news that one person gets in one letter; empty where none is due.

    A letter of this day lets the rest wait until tomorrow morning. What a letter tells is fixed
    with its first try, so that it says the same under the same Message-ID each time.
    """
    while True:
        with ground.work(writes=True) as work:
            first = _due(work, "news")
            if first is None:
                return []
            if first.letter_id is None:
                rows = _fresh(work, first)
                zone = json.loads(work.reveal(first, "values"))["zone"]
                due = next_letter(letter_facts(work, first.recipient_id or "", zone), work.now)
                if due > work.now:
                    for row in rows:
                        row.due_at = due
                    continue
                for row in rows:
                    row.letter_id = first.id
            else:
                rows = _of_letter(work, first.letter_id)
            return [_take(work, row) for row in rows]


def _fresh(work: Work, first: Notice) -> list[Notice]:
    """Return what waits for a person at this address and belongs to no letter yet, the due one
    first: what is for another address of theirs gets a letter of its own."""
    rows = work.session.scalars(
        select(Notice).where(
            Notice.topic == "news", Notice.recipient_id == first.recipient_id,
            Notice.settled_at.is_(None), Notice.letter_id.is_(None))
        .order_by(Notice.due_at, Notice.id).with_for_update(skip_locked=True)
    )
    to = work.reveal(first, "destination")
    return [first, *(row for row in rows
                     if row is not first and work.reveal(row, "destination") == to)]


def _of_letter(work: Work, letter_id: str) -> list[Notice]:
    rows = work.session.scalars(
        select(Notice).where(Notice.letter_id == letter_id, Notice.settled_at.is_(None))
        .with_for_update(skip_locked=True)
    )
    return sorted(rows, key=lambda row: (row.id != letter_id, row.due_at, row.id))


def has_due(ground: Ground, topic: str) -> bool:
    """Tell whether anything of this topic waits, with one cheap read."""
    with ground.work(writes=False) as work:
        return work.session.scalar(
            select(Notice.id).where(*_waits(work, topic)).limit(1)) is not None


def settle(work: Work, claimed: Claimed, attempt: Attempt) -> Outcome:
    """Write down what came of an attempt; done and dead notices lose their content."""
    if attempt.outcome is Outcome.LATER:
        attempt = after_failure(claimed.topic, work.now - claimed.created_at,
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


def reopen(work: Work, notice_ids: Iterable[str]) -> None:
    """Let seals that were set aside be tried again from now on."""
    work.session.execute(
        update(Notice).where(Notice.id.in_(list(notice_ids)), Notice.topic == "seal",
                             Notice.settled_as == Outcome.GIVEN_UP.value)
        .values(settled_at=None, settled_as=None, due_at=work.now))


def redirect_news(work: Work, recipient_id: str, engagement_id: str, destination: str) -> None:
    """Let what still waits to be told to a person go to another address."""
    rows = work.session.scalars(select(Notice).where(
        Notice.topic == "news", Notice.recipient_id == recipient_id,
        Notice.engagement_id == engagement_id, Notice.settled_at.is_(None)))
    for row in rows:
        work.hide(row, "destination", destination)
