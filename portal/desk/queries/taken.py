"""What was taken back, which signatures are in doubt and what was seen by mistake: for the coach
of an engagement, who may know which line it was and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.agreements.queries import standing_of_one
from portal.engagements.queries import coaching, own_or_missing, parties_of
from portal.people.queries import names_of
from portal.taking.queries import Doubt, Mistake, Receipt, doubts_of, mistakes_of, receipts_of
from portal.taking.queries import texts_of as signed_texts

if TYPE_CHECKING:
    from portal.ground.work import Work


@dataclass(frozen=True, slots=True)
class Taken:
    """Hold one thing that the coachee took back, and of which text."""

    receipt: Receipt
    template_code: str
    third: str
    number: int


@dataclass(frozen=True, slots=True)
class TakenPart:
    """Hold the part of an engagement's page that tells of all this; `can_take` says that the
    coachee agreed to something that could be taken back in a talk."""

    coachee: str
    taken: Sequence[Taken]
    doubts: Sequence[Doubt]
    mistakes: Sequence[Mistake]
    can_take: bool


def taken_part(work: Work, engagement_id: str) -> TakenPart:
    """Return what a coach sees of their engagement; of what was not concluded nothing (Z4), and of
    texts of another coach neither."""
    engagement = own_or_missing(work, engagement_id)
    parties = parties_of(work, [engagement_id])[engagement_id]
    coachee = next(party for party in parties if party.role == "COACHEE")
    standing = standing_of_one(work, engagement_id)
    own = standing.signed_by(coaching(engagement, parties))
    some = [facts for facts in own if facts.complete_at() is not None and any(
        taken.by == coachee.id for taken in facts.withdrawn)]
    taken = [Taken(receipt, standing.agreements[text.facts.agreement_id].template_code,
                   text.third, text.facts.number)
             for text in (signed_texts(work, coachee, some) if some else ())
             for receipt in receipts_of(work, text, coachee, engagement)]
    return TakenPart(
        names_of(work, [coachee.person_id])[coachee.person_id],
        sorted(taken, key=lambda one: one.receipt.at, reverse=True),
        doubts_of(work, standing, own, parties),
        mistakes_of(work, engagement, parties, notes=True),
        can_take=any(facts.signed_at(coachee.id) is not None for facts in own))
