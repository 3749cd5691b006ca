"""One frozen text with who signed it, what it changed, and the answers where they may be seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.agreements.policy import VersionFacts
from portal.agreements.queries import (
    COACH,
    Differs,
    choices_of,
    differences,
    shown_text,
    standing_of_one,
    version_row,
)
from portal.engagements.queries import coaching, parties_of
from portal.inking.queries import inked

if TYPE_CHECKING:
    from portal.engagements.models import Engagement
    from portal.ground.work import Work
    from portal.inking.queries import InkRecord


@dataclass(frozen=True, slots=True)
class Signed:
    """Hold who signs a text, what the signature means, and when it was made, if it was; `ink` says
    how it came from paper, if it did."""

    name: str
    role: str
    meaning: str
    at: datetime | None
    ink: InkRecord | None


@dataclass(frozen=True, slots=True)
class CoachsText:
    """Hold a frozen text as its coach reads it.

    `choices` are the coachee's answers by the number of the line: none before everyone has signed,
    for until then they are nobody's (Z1).
    """

    number: int
    shown: dict[str, Any]
    signed: Sequence[Signed]
    differs: Differs | None
    choices: Mapping[int, str]


def signed_by(
    facts: VersionFacts, names: Mapping[str, str], ink: Mapping[tuple[str, str], InkRecord]
) -> list[Signed]:
    """Return who signs a version, the coach first, then the coachee; `names` are those printed in
    it, by role. Who signed when and with what meaning is known to all who signed (Z1)."""
    order = {"COACH": 0, "COACHEE": 1}
    return [Signed(names[slot.role], slot.role, slot.meaning, facts.signed_at(slot.party_id),
                   ink.get((facts.version_id, slot.party_id)))
            for slot in sorted(facts.slots, key=lambda slot: order.get(slot.role, 2))]


def coachs_text(work: Work, engagement: Engagement, version_id: str) -> CoachsText:
    """Return a text that the present coach signs or signed, or raise `Missing`."""
    parties = parties_of(work, [engagement.id])[engagement.id]
    standing = standing_of_one(work, engagement.id)
    facts = standing.own_version(version_id, coaching(engagement, parties))
    shown = shown_text(work, version_row(work, version_id), "COACHEE")
    coachee = next(party.id for party in parties if party.role == "COACHEE")
    said = choices_of(work, coachee, [version_id]) if facts.complete_at() is not None else {}
    return CoachsText(
        facts.number, shown, signed_by(facts, shown["names"], inked(work, [version_id])),
        differences(work, standing, [facts], COACH).get(version_id),
        {int(number): answer for number, answer in said.get(version_id, {}).items()})
