"""Finding links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.ground.tokens import LinkSigner, fingerprint
from portal.ledger.queries import events_of
from portal.links.models import CalendarFeed, Invitation
from portal.links.policy import OPENS, state
from portal.people.models import ContactPoint

if TYPE_CHECKING:
    from portal.ground.work import Ground, Work


def living(work: Work, token: str) -> Invitation | None:
    """Return the invitation behind a token, or None for every kind of dead link alike (Z10)."""
    secret = work.ground.links.read(token)
    if secret is None:
        return None
    found = work.session.scalar(
        select(Invitation).where(Invitation.secret_hash == fingerprint(secret))
    )
    return found if found is not None and is_living(work, found) else None


def is_living(work: Work, invitation: Invitation) -> bool:
    """Tell whether a link still leads somewhere."""
    events = events_of(work, [invitation.engagement_id])[invitation.engagement_id]
    return state(invitation.id, invitation.expires_at, events, work.now) in OPENS


def by_id(work: Work, invitation_id: str) -> Invitation | None:
    """Return an invitation by its id."""
    return work.session.get(Invitation, invitation_id)


_WITH_ADDRESS = (
    select(Invitation, ContactPoint)
    .join(ContactPoint, ContactPoint.id == Invitation.contact_point_id)
    .where(Invitation.id == bindparam("id"))
)


def with_address(
    work: Work, invitation_id: str
) -> tuple[Invitation, ContactPoint] | tuple[None, None]:
    """Return an invitation and the address that it went to."""
    row = work.session.execute(_WITH_ADDRESS, {"id": invitation_id}).one_or_none()
    return (row[0], row[1]) if row is not None else (None, None)


def of_person(
    work: Work, practice_id: str, engagement_id: str, person_id: str
) -> list[Invitation]:
    """Return the links of a person for an engagement, oldest first."""
    return list(work.session.scalars(
        select(Invitation).where(Invitation.practice_id == practice_id,
                                 Invitation.engagement_id == engagement_id,
                                 Invitation.person_id == person_id)
        .order_by(Invitation.issued_at, Invitation.id)
    ))


def linked(work: Work, practice_id: str, person_id: str) -> list[str]:
    """Return the engagements for which a person was ever sent a link, in a fixed order."""
    return list(work.session.scalars(
        select(Invitation.engagement_id).distinct()
        .where(Invitation.practice_id == practice_id, Invitation.person_id == person_id)
        .order_by(Invitation.engagement_id)
    ))


_LINKS = (
    select(Invitation).where(Invitation.engagement_id.in_(bindparam("wanted", expanding=True)))
    .order_by(Invitation.issued_at, Invitation.id)
)


def of_engagements(work: Work, engagement_ids: list[str]) -> list[Invitation]:
    """Return the links of many engagements with one query, oldest first."""
    return list(work.session.scalars(_LINKS, {"wanted": engagement_ids}))


def link_signer(ground: Ground) -> LinkSigner:
    """Return what signs invitation links."""
    return ground.links


def feed_signer(ground: Ground) -> LinkSigner:
    """Return what signs the addresses that feed calendars; no other link passes for one."""
    return LinkSigner(ground.settings.link_keys, "calendar")


def feeds_of(
    work: Work, practice_id: str, person_id: str, engagement_id: str | None
) -> list[CalendarFeed]:
    """Return the living feeds of a person, for an engagement or for their account: there is one,
    or two for a moment where a button was pressed twice at once."""
    return list(work.session.scalars(
        select(CalendarFeed).where(
            CalendarFeed.practice_id == practice_id, CalendarFeed.person_id == person_id,
            CalendarFeed.engagement_id == engagement_id, CalendarFeed.ended_at.is_(None))
        .order_by(CalendarFeed.made_at.desc(), CalendarFeed.id)))


def living_feed(work: Work, token: str) -> CalendarFeed | None:
    """Return the feed behind a token, or None for every kind of dead one alike (Z10)."""
    secret = feed_signer(work.ground).read(token)
    return None if secret is None else work.session.scalar(
        select(CalendarFeed).where(CalendarFeed.secret_hash == fingerprint(secret),
                                   CalendarFeed.ended_at.is_(None)))
