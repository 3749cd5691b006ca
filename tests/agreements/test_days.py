"""The days that a text names to a signer: from the text, and from what everybody knows (Z3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.agreements.policy import (
    Kind,
    Review,
    Says,
    SignedFacts,
    VersionFacts,
    Withdrawn,
    days_of,
    known_force,
)
from tests.agreements.test_reviews import DAY, FIRST, at, keeps, version

LATER = date(2027, 3, 1)


def told(facts: VersionFacts, who: str, when: date = LATER) -> list[tuple[object, ...]]:
    """Return the days for a signer as a calendar shows them."""
    return [(day.key, day.on, day.over) for day in days_of(facts, who, at(when))]


def test_names_each_review_and_the_last_day() -> None:
    assert told(version(6), "carla") == [
        ("1", date(2027, 2, 28), False), (None, date(2027, 8, 30), False)]


def test_names_the_days_of_the_text_also_before_it_holds() -> None:
    held = replace(version(6), signed=version().signed[:2])
    assert told(held, "ben", FIRST) == told(version(6), "ben", FIRST)
    assert not known_force(held, at(LATER))


_QUIET = {
    "silent": version(6),
    "answered": version(6, answers=(keeps("ben", at(date(2027, 2, 20))),)),
    "ended": version(6, answers=(keeps("ben", at(date(2027, 2, 20)), says=Says.END),)),
    "withdrawn": replace(
        version(6), acts=((at(date(2027, 2, 20)), "withdraw"),),
        withdrawn=(Withdrawn(at(date(2027, 2, 20)), "ben"),)),
    "disputed": replace(version(6), signed=tuple(
        replace(s, disputed=((at(date(2027, 2, 20)), None),)) if s.slot_id == "s-ben" else s
        for s in version().signed)),
}


@pytest.mark.parametrize("who", ["ana", "ben", "carla"])
@pytest.mark.parametrize("case", _QUIET)
def test_z3_is_the_same_whatever_the_coachee_did(case: str, who: str) -> None:
    """Every day until after the last one, so that not even a feed that is read daily tells."""
    for days in range(0, 400, 3):
        now = at(FIRST, 12) + days * DAY
        assert days_of(_QUIET[case], who, now) == days_of(version(6), who, now)
        assert known_force(_QUIET[case], now) == known_force(version(6), now)


@pytest.mark.parametrize(("act", "change"), [
    ("superseded", {"successor_in_force_at": at(date(2027, 1, 1))}),
    ("closed", {"acts": ((at(date(2027, 1, 1)), "engagement_closed"),)}),
    ("sponsor left", {"acts": ((at(date(2027, 1, 1)), "withdraw"),),
                      "withdrawn": (Withdrawn(at(date(2027, 1, 1)), "carla"),)}),
])
def test_cancels_what_everybody_knows_will_not_come(act: str, change: dict[str, object]) -> None:
    facts = replace(version(6), **change)  # type: ignore[arg-type]
    assert [over for _key, _on, over in told(facts, "ben", date(2026, 12, 31))] == [False, False]
    days = days_of(facts, "ben", at(LATER))
    assert [day.over for day in days] == [True, True], act
    assert {day.changed_at for day in days} == {at(date(2027, 1, 1))}


def test_a_text_that_ran_out_cancels_nothing() -> None:
    assert not any(over for _key, _on, over in told(version(6), "ben", date(2028, 1, 1)))


def test_inv_22_a_review_for_two_stands_in_nobody_elses_calendar() -> None:
    due = at(LATER)
    case = Review("case", Kind.EVENT, LATER, due - 14 * DAY, due, due + 14 * DAY,
                  frozenset({"COACH", "COACHEE"}))
    facts = replace(version(6), called=(case,))
    assert "case" in [key for key, _on, _over in told(facts, "ben")]
    assert "case" not in [key for key, _on, _over in told(facts, "carla")]


def test_stays_with_the_day_of_the_text_when_the_clocks_change() -> None:
    facts = version(1)
    days = {day.on for day in days_of(facts, "ben", at(LATER))}
    assert {date(2026, 10, 31), date(2027, 2, 28), date(2027, 3, 31)} <= days
    signed = tuple(SignedFacts(s.signature_id, s.slot_id, s.hash, s.at + timedelta(hours=3))
                   for s in facts.signed)
    assert {day.on for day in days_of(replace(facts, signed=signed), "ben", at(LATER))} == days
