"""Reading the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from portal.notices.models import Notice
from portal.notices.policy import Hours, LetterFacts

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Posted:
    """Say what became of a notice, without its content."""

    subject_id: str | None
    recipient_id: str | None
    topic: str
    name: str
    created_at: datetime
    attempts: int
    trouble: str | None
    settled_at: datetime | None
    settled_as: str | None
    due_at: datetime


def posted(work: Work, engagement_ids: Iterable[str]) -> dict[str, list[Posted]]:
    """Return the notices of engagements, newest first, with one query."""
    found: dict[str, list[Posted]] = {engagement_id: [] for engagement_id in engagement_ids}
    rows = work.session.execute(
        select(Notice.engagement_id, Notice.subject_id, Notice.recipient_id, Notice.topic,
               Notice.name, Notice.created_at, Notice.attempts, Notice.trouble,
               Notice.settled_at, Notice.settled_as, Notice.due_at)
        .where(Notice.engagement_id.in_(found)).order_by(Notice.created_at.desc(), Notice.id)
    )
    for row in rows:
        values: list[Any] = list(row)
        found[values[0]].append(Posted(*values[1:]))
    return found


def lost_mails(work: Work, subject_ids: Iterable[str]) -> set[str]:
    """Return those of some subjects whose newest mail did not arrive: it came back or was given
    up."""
    rows = work.session.execute(
        select(Notice.subject_id, Notice.settled_as)
        .where(Notice.subject_id.in_(list(subject_ids)), Notice.topic == "mail")
        .order_by(Notice.created_at, Notice.id)
    )
    newest = {row.subject_id: row.settled_as for row in rows}
    return {subject for subject, settled in newest.items() if settled in ("bounced", "given_up")}


def were_put(work: Work, dedupes: Iterable[str]) -> set[str]:
    """Return those of some keys under which something was put into the outbox before."""
    wanted = list(dedupes)
    return set(work.session.scalars(select(Notice.dedupe).where(Notice.dedupe.in_(wanted)))
               ) if wanted else set()


def did_not_arrive(work: Work, since: datetime) -> list[tuple[str, str, int]]:
    """Return how many mails came back or were given up since an instant, by how they ended and by
    the trouble."""
    rows = work.session.execute(
        select(Notice.settled_as, Notice.trouble, func.count(Notice.id))
        .where(Notice.settled_as.in_(("bounced", "given_up")), Notice.settled_at > since,
               Notice.topic.in_(("mail", "news")))
        .group_by(Notice.settled_as, Notice.trouble).order_by(Notice.settled_as, Notice.trouble))
    return [(row[0] or "", row[1] or "", row[2]) for row in rows]


def late_seals(work: Work, version_ids: Iterable[str], occasion: str) -> set[str]:
    """Return those of some versions whose papers of an occasion could not be sealed so far."""
    return set(work.session.scalars(
        select(Notice.subject_id).where(
            Notice.topic == "seal", Notice.name == occasion,
            Notice.subject_id.in_(list(version_ids)), Notice.trouble.is_not(None),
            or_(Notice.settled_at.is_(None), Notice.settled_as == "given_up"))))


def waiting_seals(work: Work) -> tuple[int, datetime | None, str | None]:
    """Return how many papers were tried to be sealed and wait still, since when the oldest does,
    and one short code of what is in the way, where one is known."""
    count, since, trouble = work.session.execute(
        select(func.count(), func.min(Notice.created_at), func.max(Notice.trouble)).where(
            Notice.topic == "seal", Notice.settled_at.is_(None), Notice.attempts > 0)).one()
    return count, since, trouble


def oldest_untried(work: Work) -> datetime | None:
    """Return since when the oldest due notice waits that nobody has tried, or None."""
    return work.session.scalar(
        select(func.min(Notice.due_at))
        .where(Notice.settled_at.is_(None), Notice.attempts == 0, Notice.due_at <= work.now)
    )


def letter_facts(work: Work, recipient_id: str, zone: str) -> LetterFacts:
    """Return what decides when the next letter of news to a person may go."""
    last, open_letters = work.session.execute(
        select(func.max(case((Notice.settled_as == "done", Notice.settled_at))),
               func.sum(case((Notice.settled_at.is_(None), 1), else_=0)))
        .where(Notice.topic == "news", Notice.recipient_id == recipient_id,
               Notice.letter_id.is_not(None))
    ).one()
    settings = work.ground.settings
    return LetterFacts(last, bool(open_letters), zone,
                       Hours(settings.mail_from_hour, settings.mail_until_hour))
