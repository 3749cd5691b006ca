"""Where an amendment stands: by the record, and by what became of its version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.agreements.policy import SignedFacts, SlotFacts, VersionFacts
from portal.amending.policy import (
    AnswerNo,
    ProposeFacts,
    ProposeNo,
    Stands,
    may_read,
    stands,
    state,
    why_not_answer,
    why_not_propose,
)
from portal.ledger.policy import Event
from tests.reviewing import slept

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SLOTS = [SlotFacts("s1", "ana", "COACH", required=True, vouching=False),
         SlotFacts("s2", "ben", "COACHEE", required=True, vouching=False)]
OPEN = VersionFacts("v2", "a", 2, "h", START, START + 14 * DAY, START, START + 180 * DAY, SLOTS,
                    [SignedFacts("x1", "s1", "h", START)])


def signed(**change: object) -> VersionFacts:
    """Return the version with Ben's signature of the second day."""
    return VersionFacts(**{name: getattr(OPEN, name) for name in OPEN.__slots__} | {
        "signed": [*OPEN.signed, SignedFacts("x2", "s2", "h", START + DAY)], **change})


def ended(act: str, at: datetime = START + DAY) -> VersionFacts:
    """Return the open version after an act that ended it."""
    return VersionFacts(**{name: getattr(OPEN, name) for name in OPEN.__slots__} | {
        "acts": [(at, act)]})


def told(*steps: str) -> list[Event]:
    """Return the entries of one amendment, and one of another that counts for nothing."""
    return [Event(f"amendment.{step}", subject, START + number * DAY)
            for number, step in enumerate(steps) for subject in ("m", "other")]


DRAFTED = ("proposed", "discussed", "drafted")
LATER = START + 20 * DAY


@pytest.mark.parametrize("steps, version, at, is_in, says", [
    (("proposed",), None, LATER, "PROPOSED", Stands.PROPOSED),
    (("proposed", "discussed"), None, LATER, "TALKING", Stands.TALKING),
    (("proposed", "retracted"), None, LATER, "RETRACTED", Stands.TAKEN_BACK),
    (("proposed", "discussed", "retracted"), None, LATER, "RETRACTED", Stands.TAKEN_BACK),
    (("proposed", "discussed", "rejected"), None, LATER, "REJECTED", Stands.DECLINED),
    (DRAFTED, OPEN, START + 2 * DAY, "DRAFTED", Stands.SENT),
    (DRAFTED, signed(), START + 2 * DAY, "ADOPTED", Stands.ADOPTED),
    (DRAFTED, signed(), START + 400 * DAY, "ADOPTED", Stands.ADOPTED),
    (DRAFTED, OPEN, LATER, "LAPSED", Stands.NOT_CONCLUDED),
    # A decline reads as silence until its day (Z4), and so does whoever steps out before it.
    (DRAFTED, ended("decline"), START + 2 * DAY, "REJECTED", Stands.SENT),
    (DRAFTED, ended("decline"), LATER, "REJECTED", Stands.NOT_CONCLUDED),
    (DRAFTED, ended("withdraw"), START + 2 * DAY, "REJECTED", Stands.SENT),
    (DRAFTED, ended("withdraw"), LATER, "REJECTED", Stands.NOT_CONCLUDED),
    (DRAFTED, ended("recall"), START + 2 * DAY, "LAPSED", Stands.NOT_CONCLUDED),
])
def test_stands_where_record_and_version_say(
    steps: tuple[str, ...], version: VersionFacts | None, at: datetime, is_in: str, says: Stands
) -> None:
    assert state("m", told(*steps), version, at) == is_in
    assert stands("m", told(*steps), version, at) is says


@pytest.mark.parametrize("facts, at, no", [
    (ProposeFacts(signed(), "ben", True, False), START + 2 * DAY, None),
    (ProposeFacts(signed(), "ana", False, False), START + 2 * DAY, None),
    (ProposeFacts(signed(), "ben", True, True), START + 2 * DAY, ProposeNo.ONE_IS_OPEN),
    (ProposeFacts(signed(), "eli", False, False), START + 2 * DAY, ProposeNo.NOT_IN_FORCE),
    (ProposeFacts(OPEN, "ana", False, False), START + 2 * DAY, ProposeNo.NOT_IN_FORCE),
    (ProposeFacts(signed(), "ben", True, False), START + 400 * DAY, ProposeNo.NOT_IN_FORCE),
    # That it sleeps changes nothing for anybody (INV-16).
    (ProposeFacts(slept(signed(), START + 2 * DAY), "ben", True, False),
     START + 3 * DAY, None),
    (ProposeFacts(slept(signed(), START + 2 * DAY), "ana", False, False),
     START + 3 * DAY, None),
])
def test_lets_whoever_signed_what_holds_propose(
    facts: ProposeFacts, at: datetime, no: ProposeNo | None
) -> None:
    assert why_not_propose(facts, at) is no


@pytest.mark.parametrize("now_is, no", [
    ("PROPOSED", None), ("TALKING", None), ("DRAFTED", AnswerNo.NOT_OPEN),
    ("REJECTED", AnswerNo.NOT_OPEN), ("RETRACTED", AnswerNo.NOT_OPEN),
])
def test_answers_only_what_is_open(now_is: str, no: AnswerNo | None) -> None:
    assert why_not_answer(now_is) is no


def test_inv_16_opens_a_proposal_to_its_author_and_the_coachee_alone() -> None:
    assert [may_read(who, author="carla", coachee="ben") for who in ("carla", "ben", "eli")] == [
        True, True, False]
    assert [may_read(who, author="ben", coachee="ben") for who in ("carla", "ben", "eli")] == [
        False, True, False]
