"""Finding engagements and parties, always within one practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.engagements.models import Engagement, Party
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work


def of_coach(work: Work, practice_id: str, coach_id: str) -> list[Engagement]:
    """Return the engagements of one coach, newest first."""
    return list(work.session.scalars(
        select(Engagement)
        .where(Engagement.practice_id == practice_id, Engagement.coach_id == coach_id)
        .order_by(Engagement.created_at.desc(), Engagement.id)
    ))


def own_or_missing(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement of the acting coach; anybody else's does not exist (Z5)."""
    found = work.session.get(Engagement, engagement_id)
    actor = work.actor
    if (found is None or actor is None or found.practice_id != actor.practice_id
            or found.coach_id != actor.person_id):
        raise Missing("engagement")
    return found


def by_id(work: Work, engagement_id: str) -> Engagement:
    """Return an engagement, or raise `Missing`."""
    found = work.session.get(Engagement, engagement_id)
    if found is None:
        raise Missing("engagement")
    return found


def parties_of(work: Work, engagement_ids: Iterable[str]) -> dict[str, list[Party]]:
    """Return the parties of many engagements with one query, in the order they were named."""
    found: dict[str, list[Party]] = {engagement_id: [] for engagement_id in engagement_ids}
    for party in work.session.scalars(
        select(Party).where(Party.engagement_id.in_(found))
        .order_by(Party.created_at, Party.role, Party.id)
    ):
        found[party.engagement_id].append(party)
    return found


_COACH = select(Party).where(Party.engagement_id == bindparam("engagement"),
                             Party.person_id == bindparam("coach"), Party.role == "COACH")


def coach_of(work: Work, engagement: Engagement) -> Party:
    """Return the party that the engagement's coach is now; an earlier coach's party has left."""
    return work.session.scalars(
        _COACH, {"engagement": engagement.id, "coach": engagement.coach_id}).one()


def party_of_person(work: Work, engagement_id: str, person_id: str) -> Party:
    """Return the party that a person is in an engagement, or raise `Missing`."""
    found = work.session.scalars(
        select(Party).where(Party.engagement_id == engagement_id, Party.person_id == person_id)
    ).first()
    if found is None:
        raise Missing("party")
    return found


def engagements_of_person(work: Work, practice_id: str, person_id: str) -> list[Engagement]:
    """Return the engagements that a person takes part in, newest first."""
    return list(work.session.scalars(
        select(Engagement).join(Party, Party.engagement_id == Engagement.id)
        .where(Party.practice_id == practice_id, Party.person_id == person_id)
        .order_by(Engagement.created_at.desc())
    ))
