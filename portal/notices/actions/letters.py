"""The one letter that a person gets on a day, and what it tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.notices.actions.outbox import Claimed, claim, close, oldest_due, read, take
from portal.notices.models import Notice
from portal.notices.policy import NEWS, RENEWED, Outcome, next_letter
from portal.notices.queries import letter_facts

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


@dataclass(frozen=True, slots=True)
class Renewed:
    """Hold what a question or a reminder says besides when it goes out, and what it is about by
    then."""

    values: Mapping[str, str]
    subject_id: str | None = None


#: Looks once more at what goes out: (work, question or reminder, what the letter says already about
#: the same engagement, whose link it shares). None where nothing waits.
Renew = Callable[["Work", Claimed, Renewed | None], Renewed | None]


def claim_mails(ground: Ground, renew: Renew) -> list[Claimed]:
    """Take what goes out next in one mail: a mail by itself, or all news of a person's letter."""
    mail = claim(ground, "mail")
    return [mail] if mail is not None else claim_letter(ground, renew)


def claim_letter(ground: Ground, renew: Renew) -> list[Claimed]:
    """Take all news that one person gets in one letter; empty where none is due.

    A letter of this day lets the rest wait until tomorrow, and at night all of it waits for the
    morning. What a letter tells is fixed with its first try, so that it says the same under the
    same Message-ID each time; until then a reminder is looked at once more.
    """
    while True:
        with ground.work(writes=True) as work:
            first = oldest_due(work, "news")
            if first is None:
                return []
            rows = (_of_letter(work, first.letter_id) if first.letter_id is not None
                    else _begin_letter(work, first, renew))
            if rows:
                return [take(work, row) for row in rows]


def _begin_letter(work: Work, first: Notice, renew: Renew) -> list[Notice]:
    """Return what a new letter tells; nothing where it has to wait, or has become needless."""
    rows = _fresh(work, first)
    zone = json.loads(work.reveal(first, "values"))["zone"]
    due = next_letter(letter_facts(work, first.recipient_id or "", zone), work.now)
    if due > work.now:
        for row in rows:
            row.due_at = due
        return []
    told = {row.id for row in _renewed(work, rows, renew)}
    rows = [row for row in rows if row.id in told]
    for row in rows:
        row.letter_id = rows[0].id
    return rows


def _renewed(work: Work, rows: Sequence[Notice], renew: Renew) -> Iterator[Notice]:
    """Yield what is still to be said: of several reminders about one engagement one is, with what
    is true now."""
    said: dict[str | None, dict[str, Renewed]] = {}
    # Renewing locks engagements: always in the same order, so that two workers cannot wait for
    # each other.
    for row in sorted(rows, key=lambda row: (row.engagement_id or "", NEWS.index(row.name))):
        if row.name in RENEWED:
            before = said.setdefault(row.engagement_id, {})
            link = next(iter(before.values()), None)
            new = renew(work, read(work, row), link) if row.name not in before else None
            if new is None:
                close(row, work.now, Outcome.NEEDLESS)
                continue
            before[row.name] = new
            work.hide(row, "values", json.dumps(
                {**json.loads(work.reveal(row, "values")), **new.values}))
            row.subject_id = new.subject_id or row.subject_id
        yield row


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
