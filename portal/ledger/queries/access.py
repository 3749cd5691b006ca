"""Reading the access log: when last, and who."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from portal.ledger.models import Access

if TYPE_CHECKING:
    from portal.ground.work import Work

def last_seen(work: Work, what: str, subject_ids: Collection[str]) -> dict[str, datetime]:
    """Return when the access log has its newest line of one kind of each subject, with one query;
    one of which it has none is left out."""
    if not subject_ids:
        return {}
    rows = work.session.execute(
        select(Access.subject_id, func.max(Access.at))
        .where(Access.subject_id.in_(list(subject_ids)), Access.what == what)
        .group_by(Access.subject_id))
    return {row[0]: row[1] for row in rows if row[0] is not None}


@dataclass(frozen=True, slots=True)
class Noted:
    """Hold one line of the access log as the person whom it is about may read it."""

    at: datetime
    what: str
    outcome: str
    network: str
    browser: str


def noted_of(
    work: Work, practice_id: str, person_id: str, kinds: Collection[str], most: int
) -> list[Noted]:
    """Return the newest lines of these kinds about one person, the newest first."""
    rows = work.session.execute(
        select(Access.at, Access.what, Access.outcome, Access.network, Access.browser)
        .where(Access.practice_id == practice_id, Access.person_id == person_id,
               Access.what.in_(kinds))
        .order_by(Access.at.desc(), Access.id).limit(most))
    return [Noted(at, what, outcome, network or "", browser or "")
            for at, what, outcome, network, browser in rows]


def first_from(
    work: Work, practice_id: str, person_id: str, what: str
) -> dict[str, datetime]:
    """Return when something was first noted about one person from each network, as far back as the
    access log goes."""
    rows = work.session.execute(
        select(Access.network, func.min(Access.at))
        .where(Access.practice_id == practice_id, Access.person_id == person_id,
               Access.what == what, Access.network.is_not(None))
        .group_by(Access.network))
    return {network: at for network, at in rows if network}


def looks_of(
    work: Work, engagement_id: str, leave_out: Collection[str]
) -> list[tuple[str, datetime, int]]:
    """Return who opened something of an engagement while the access log knows, last of all first:
    the person, when last, and how often. Nobody of `leave_out` is among them."""
    last, own = func.max(Access.at), "link.looked"
    rows = work.session.execute(
        select(Access.person_id, last, func.count())
        .where(Access.engagement_id == engagement_id, Access.what != own,
               or_(Access.what.like("%.looked"), Access.what.like("%.fetched")),
               Access.person_id.is_not(None), Access.person_id.not_in(leave_out))
        .group_by(Access.person_id).order_by(last.desc(), Access.person_id))
    return [(person_id, at, times) for person_id, at, times in rows if person_id is not None]
