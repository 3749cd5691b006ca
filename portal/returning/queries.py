"""Reading who asked for a way back, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from portal.engagements.models import Engagement, Party
from portal.factors.models import Factor
from portal.factors.queries import has_had_factor
from portal.ground.tokens import LinkSigner
from portal.people.models import Account, ContactPoint
from portal.people.queries import names_of
from portal.returning.models import WayBack
from portal.returning.policy import AskedFacts, BackFacts, Stage, stage

if TYPE_CHECKING:
    from portal.ground.work import Work

_OPEN = (
    select(WayBack).join(Factor, Factor.id == WayBack.factor_id)
    .where(WayBack.person_id == bindparam("person"), WayBack.ended_at.is_(None),
           WayBack.expires_at > bindparam("now"), Factor.disabled_at.is_(None))
    .order_by(WayBack.asked_at.desc(), WayBack.id).limit(1)
)


def open_request(work: Work, person_id: str) -> WayBack | None:
    """Return what a person has asked for and is not over, or None."""
    return work.session.scalar(_OPEN, {"person": person_id, "now": work.now})


def with_app(work: Work, person_id: str) -> tuple[WayBack, Factor] | tuple[None, None]:
    """Return what a person has asked for, and the app that is to count; or nothing twice."""
    found = open_request(work, person_id)
    if found is None:
        return None, None
    return found, work.session.get_one(Factor, found.factor_id)


def own_request(work: Work, person_id: str, request_id: str) -> WayBack | None:
    """Return a request of this person that is not over, or None."""
    found = open_request(work, person_id)
    return found if found is not None and found.id == request_id else None


def asked_facts(request: WayBack) -> AskedFacts:
    """Return a request as the rules see it."""
    return AskedFacts(request.expires_at, request.heard_at, request.ended_at)


def request_to_end(work: Work, token: str) -> WayBack | None:
    """Return the request that "this was not me" in a mail is about, or None for anything that we
    did not write and for what is over."""
    secret = objections(work).read(token)
    found = work.session.get(WayBack, secret.decode("ascii", "replace")) if secret else None
    if found is None or stage(asked_facts(found), work.now) is Stage.OVER:
        return None
    return found


def objections(work: Work) -> LinkSigner:
    """Return what signs the addresses by which somebody ends a request; they open nothing."""
    return LinkSigner(work.ground.settings.link_keys, "objection")


def to_be_heard(work: Work, party: Party) -> WayBack | None:
    """Return what a party has asked for in this engagement and the coach has not heard, or None."""
    found = open_request(work, party.person_id)
    if found is None or found.party_id != party.id or found.heard_at is not None:
        return None
    return found


def back_facts(work: Work, person_id: str) -> BackFacts:
    """Return what decides whether a person may ask for a way back."""
    asked = work.session.scalar(
        select(func.count()).select_from(WayBack).where(
            WayBack.person_id == person_id, WayBack.asked_at > work.now - timedelta(days=1)))
    account = work.session.scalar(
        select(Account.id).where(Account.person_id == person_id, Account.closed_at.is_(None)))
    return BackFacts(has_had_factor(work, person_id), account is not None, asked or 0)


def places_of(work: Work, person_id: str) -> list[Party]:
    """Return every place that a person has besides a coach's, in a fixed order."""
    return list(work.session.scalars(
        select(Party).where(Party.person_id == person_id, Party.role != "COACH")
        .order_by(Party.engagement_id, Party.id)))


def known_addresses(work: Work, person_id: str) -> list[ContactPoint]:
    """Return every address of a person that they have proven, and the newest one, each once."""
    points = list(work.session.scalars(
        select(ContactPoint).where(
            ContactPoint.person_id == person_id, ContactPoint.kind == "email",
            ContactPoint.suspended_at.is_(None))
        .order_by(ContactPoint.owner_declared_at.desc(), ContactPoint.id)))
    told = {point.fingerprint: point for point in reversed(points)
            if point is points[0] or point.verified_at is not None}
    return list(told.values())


@dataclass(frozen=True, slots=True)
class Asking:
    """Hold somebody who waits to be heard, as their coach sees it."""

    engagement_id: str
    party_id: str
    name: str
    asked_at: datetime
    until: datetime


_ASKING = (
    select(WayBack).join(Engagement, Engagement.id == WayBack.engagement_id)
    .join(Factor, Factor.id == WayBack.factor_id)
    .where(Engagement.coach_id == bindparam("coach"),
           Engagement.practice_id == bindparam("practice"), WayBack.ended_at.is_(None),
           WayBack.heard_at.is_(None), WayBack.expires_at > bindparam("now"),
           Factor.disabled_at.is_(None))
    .order_by(WayBack.asked_at, WayBack.id)
)


def asking(
    work: Work, practice_id: str, coach_id: str, engagement_id: str | None = None
) -> list[Asking]:
    """Return who waits to be heard by a coach, in one engagement or all, oldest first."""
    found = [row for row in work.session.scalars(
        _ASKING, {"coach": coach_id, "practice": practice_id, "now": work.now})
        if engagement_id in (None, row.engagement_id)]
    names = names_of(work, [row.person_id for row in found])
    return [Asking(row.engagement_id, row.party_id, names[row.person_id], row.asked_at,
                   row.expires_at) for row in found]
