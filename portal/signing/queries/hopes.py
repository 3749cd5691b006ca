"""What parties hope for, to whoever may read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.engagements.models import Expectation, Party
from portal.people.queries import names_of
from portal.signing.policy import Hopes, Shared, may_read

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what somebody hopes for, as they shared it."""

    party_id: str
    name: str
    role: str
    hopes: Hopes


def expectation_of(work: Work, party_id: str) -> Expectation | None:
    """Return what a party has written down, or None."""
    return work.session.scalar(select(Expectation).where(Expectation.party_id == party_id))


def hopes_of(work: Work, row: Expectation) -> Hopes:
    """Return the words that a party has written down."""
    return Hopes(work.reveal(row, "hope"), work.reveal(row, "ready"))


def hopes_for_coach(work: Work, engagement_id: str) -> list[Heard]:
    """Return what parties have shared with their coach; nothing else is the coach's to read."""
    return _heard(work, engagement_id, coach=True)


def hopes_for_signers(work: Work, engagement_id: str, reader: str) -> list[Heard]:
    """Return what others have shared with all who sign with the sponsor."""
    return [heard for heard in _heard(work, engagement_id, coach=False)
            if heard.party_id != reader]


def _heard(work: Work, engagement_id: str, *, coach: bool) -> list[Heard]:
    rows = work.session.execute(
        select(Expectation, Party).join(Party, Party.id == Expectation.party_id)
        .where(Expectation.engagement_id == engagement_id, Expectation.shared_with != "")
        .order_by(Expectation.shared_at, Expectation.id)
    )
    found = [(row[0], row[1]) for row in rows if may_read(Shared(row[0].shared_with), coach=coach)]
    names = names_of(work, [party.person_id for _row, party in found])
    return [Heard(party.id, names[party.person_id], party.role, hopes_of(work, row))
            for row, party in found]
