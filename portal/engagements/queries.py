"""Finding engagements and parties, always within one practice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from portal.engagements.models import Engagement, Organisation, Party
from portal.people.models import Account, ContactPoint, Person
from portal.plain.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.ground.work import Work
    from portal.people.models import Practice


def of_coach(work: Work, practice_id: str, coach_id: str) -> list[Engagement]:
    """Return the engagements of one coach, newest first."""
    return list(work.session.scalars(
        select(Engagement)
        .where(Engagement.practice_id == practice_id, Engagement.coach_id == coach_id)
        .order_by(Engagement.created_at.desc(), Engagement.id)
    ))


def of_practice(work: Work, practice_id: str) -> list[Engagement]:
    """Return all engagements of a practice, by id, as they are to be locked one after the other."""
    return list(work.session.scalars(
        select(Engagement).where(Engagement.practice_id == practice_id).order_by(Engagement.id)))


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


_PARTIES = (
    select(Party).where(Party.engagement_id.in_(bindparam("wanted", expanding=True)))
    .order_by(Party.created_at, Party.role, Party.id)
)


def parties_of(work: Work, engagement_ids: Iterable[str]) -> dict[str, list[Party]]:
    """Return the parties of many engagements with one query, in the order they were named."""
    found: dict[str, list[Party]] = {engagement_id: [] for engagement_id in engagement_ids}
    for party in work.session.scalars(_PARTIES, {"wanted": list(found)}):
        found[party.engagement_id].append(party)
    return found


# Somebody who comes back after another has coached is a party anew.
_COACH = (
    select(Party)
    .where(Party.engagement_id == bindparam("engagement"),
           Party.person_id == bindparam("coach"), Party.role == "COACH")
    .order_by(Party.created_at.desc()).limit(1)
)


def coach_of(work: Work, engagement: Engagement) -> Party:
    """Return the party that the engagement's coach is now; an earlier coach's party has left."""
    return work.session.scalars(
        _COACH, {"engagement": engagement.id, "coach": engagement.coach_id}).one()


def coaching(engagement: Engagement, parties: Iterable[Party]) -> set[str]:
    """Return the parties that the engagement's present coach is or was: more than one where
    somebody else coached in between."""
    return {party.id for party in parties
            if party.role == "COACH" and party.person_id == engagement.coach_id}


def party_of_person(work: Work, engagement_id: str, person_id: str) -> Party:
    """Return the party that a person is in an engagement, or raise `Missing`; of a coach who came
    back the newest."""
    found = work.session.scalars(
        select(Party).where(Party.engagement_id == engagement_id, Party.person_id == person_id)
        .order_by(Party.created_at.desc(), Party.id).limit(1)
    ).first()
    if found is None:
        raise Missing("party")
    return found


def known_person(
    work: Work, engagement: Engagement, print_: str, name: str
) -> tuple[Person, ContactPoint] | None:
    """Return who of the coach's other engagements has this address and this name, or None.

    So a sponsor of three coachees has one authenticator. Never looks at another coach's people,
    and never returns somebody who was named in this engagement already.
    """
    here = select(Party.person_id).where(Party.engagement_id == engagement.id)
    rows = work.session.execute(
        select(Person, ContactPoint)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .join(Party, Party.person_id == Person.id)
        .join(Engagement, Engagement.id == Party.engagement_id)
        .where(Engagement.practice_id == engagement.practice_id,
               Engagement.coach_id == engagement.coach_id, ContactPoint.fingerprint == print_,
               ContactPoint.suspended_at.is_(None), Person.erased_at.is_(None),
               Person.id.not_in(here))
        .order_by(ContactPoint.owner_declared_at.desc())
    )
    wanted = " ".join(name.split()).casefold()
    for person, point in rows:
        if " ".join(work.reveal(person, "name").split()).casefold() == wanted:
            return person, point
    return None


def is_known_elsewhere(work: Work, person_id: str) -> bool:
    """Tell whether somebody takes part in any engagement, or has an account."""
    return any(work.session.scalar(select(table.id).where(table.person_id == person_id).limit(1))
               is not None for table in (Party, Account))


def organisation_by_name(work: Work, practice: Practice, name: str) -> Organisation | None:
    """Return the practice's organisation of this name, or None."""
    wanted = " ".join(name.split()).casefold()
    for row in work.session.scalars(
        select(Organisation).where(Organisation.practice_id == practice.id)
        .order_by(Organisation.created_at)
    ):
        if " ".join(work.reveal(row, "name").split()).casefold() == wanted:
            return row
    return None


def domains_of(work: Work, organisation: Organisation) -> list[str]:
    """Return the mail domains that are known to be an organisation's own."""
    domains: list[str] = json.loads(work.reveal(organisation, "domains"))
    return domains


def organisations_of(work: Work, parties: Iterable[Party]) -> dict[str, Organisation]:
    """Return the organisations that parties sign for, by id, with one query."""
    wanted = {party.organisation_id for party in parties if party.organisation_id is not None}
    if not wanted:
        return {}
    found = work.session.scalars(select(Organisation).where(Organisation.id.in_(wanted)))
    return {row.id: row for row in found}


def organisation_names(work: Work, parties: Iterable[Party]) -> dict[str, str]:
    """Return the names of the organisations that parties sign for, by id."""
    found = organisations_of(work, parties)
    return {key: work.reveal(row, "name") for key, row in found.items()}
