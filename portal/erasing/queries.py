"""Finding what hangs on a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.models import Engagement, Organisation, Party
from portal.ground.vault import DataKey
from portal.people.models import Account

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work

_READABLE = (
    select(Engagement.id).join(DataKey, DataKey.id == Engagement.key_id)
    .where(DataKey.destroyed_at.is_(None))
)


def takes_part(work: Work, person_ids: Iterable[str], besides: str = "") -> set[str]:
    """Return who of some people has an account, or takes part in an engagement that is readable,
    `besides` one of them left out."""
    wanted = list(person_ids)
    found = set(work.session.scalars(
        select(Account.person_id).where(Account.person_id.in_(wanted))))
    found |= set(work.session.scalars(
        select(Party.person_id).where(
            Party.person_id.in_(wanted), Party.engagement_id != besides,
            Party.engagement_id.in_(_READABLE))))
    found |= set(work.session.scalars(
        select(Engagement.coach_id).where(
            Engagement.coach_id.in_(wanted), Engagement.id != besides,
            Engagement.id.in_(_READABLE))))
    return found


def organisations_of_nobody_else(work: Work, engagement_id: str) -> list[Organisation]:
    """Return the organisations for which somebody signs in this engagement, and in no other that
    is readable."""
    here = select(Party.organisation_id).where(Party.engagement_id == engagement_id,
                                               Party.organisation_id.is_not(None))
    elsewhere = select(Party.organisation_id).where(
        Party.organisation_id.is_not(None), Party.engagement_id != engagement_id,
        Party.engagement_id.in_(_READABLE))
    return list(work.session.scalars(select(Organisation).where(
        Organisation.id.in_(here), Organisation.id.not_in(elsewhere))))
