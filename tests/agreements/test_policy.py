"""When a version is in force: INV-1, INV-3, and what the clock does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreements.policy import (
    PAIRING_DEADLINE,
    LineFacts,
    SignedFacts,
    SignFacts,
    SignNo,
    SlotFacts,
    VersionFacts,
    Withdrawn,
    history,
    in_force_spans,
    line_state,
    state,
    why_not_sign,
    with_successors,
)
from tests.reviewing import slept

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SLOTS = (SlotFacts("s-ana", "p-ana", "COACH", True, False),
         SlotFacts("s-ben", "p-ben", "COACHEE", True, True))
ANA = SignedFacts("1", "s-ana", "h", T0)
BEN = SignedFacts("2", "s-ben", "h", T0 + DAY)


def version(**changes: object) -> VersionFacts:
    """Return a version issued now, to sign within 14 days, for a year from now."""
    facts = VersionFacts("v1", "a", 1, "h", T0, T0 + 14 * DAY, T0, T0 + 365 * DAY, SLOTS)
    return replace(facts, **changes)  # type: ignore[arg-type]


SIGNED = version(signed=(ANA, BEN), vouched={"p-ben": T0 + 2 * DAY})


@pytest.mark.parametrize(("facts", "at", "expected"), [
    (version(), T0, "ISSUED"),
    (version(signed=(ANA,)), T0, "PARTLY_SIGNED"),
    (version(signed=(ANA,)), T0 + 14 * DAY, "VOID"),
    (version(signed=(ANA,)), T0 + 14 * DAY - timedelta(microseconds=1), "PARTLY_SIGNED"),
    (version(signed=(ANA, BEN)), T0 + DAY, "SCHEDULED"),
    (version(signed=(ANA, BEN)), T0 + DAY + PAIRING_DEADLINE, "VOID"),
    (SIGNED, T0 + DAY, "SCHEDULED"),
    (SIGNED, T0 + 2 * DAY, "IN_FORCE"),
    (SIGNED, T0 + 365 * DAY, "EXPIRED"),
    (replace(SIGNED, effective_from=T0 + 9 * DAY), T0 + 8 * DAY, "SCHEDULED"),
    (replace(SIGNED, effective_from=T0 + 9 * DAY), T0 + 9 * DAY, "IN_FORCE"),
    (replace(SIGNED, effective_from=T0 + 60 * DAY), T0 + 59 * DAY, "SCHEDULED"),
    (replace(SIGNED, effective_from=T0 + 60 * DAY), T0 + 60 * DAY, "IN_FORCE"),
    (version(signed=(ANA, BEN), valid_to=T0 + 9 * DAY), T0 + 9 * DAY, "VOID"),
    (replace(SIGNED, valid_to=T0 + 2 * DAY), T0 + 99 * DAY, "VOID"),
    (replace(SIGNED, acts=((T0 + 5 * DAY, "withdraw"),)), T0 + 5 * DAY, "WITHDRAWN"),
    (replace(SIGNED, acts=((T0 + DAY * 1.5, "withdraw"),)), T0 + 9 * DAY, "WITHDRAWN"),
    (replace(SIGNED, acts=((T0 + DAY * 1.5, "recall"),)), T0 + 9 * DAY, "VOID"),
    (replace(SIGNED, acts=((T0 + 5 * DAY, "engagement_closed"),)), T0 + 9 * DAY, "TERMINATED"),
    (version(signed=(ANA,), acts=((T0 + DAY, "decline"),)), T0 + 9 * DAY, "DECLINED"),
    (replace(SIGNED, acts=((T0 + DAY, "decline"),)), T0 + 9 * DAY, "WITHDRAWN"),
    (version(signed=(ANA,), acts=((T0 + DAY, "recall"),)), T0 + DAY, "VOID"),
    (slept(SIGNED, T0 + 99 * DAY), T0 + 99 * DAY, "SUSPENDED"),
])
def test_computes_the_state_from_records_and_the_clock(
    facts: VersionFacts, at: datetime, expected: str
) -> None:
    assert state(facts, at) == expected


@pytest.mark.parametrize("flaw", [
    {"signed": (ANA,)},
    {"signed": (ANA, replace(BEN, hash="another"))},
    {"signed": (ANA, replace(BEN, at=T0 + 14 * DAY))},
    {"signed": (ANA, replace(BEN, slot_id="s-mallory"))},
    {"vouched": {}},
    {"vouched": {"p-ana": T0}},
    {"vouched": {"p-ben": T0 + DAY + PAIRING_DEADLINE}},
])
def test_inv_1_is_not_in_force_while_anything_is_missing(flaw: dict[str, object]) -> None:
    facts = replace(SIGNED, **flaw)  # type: ignore[arg-type]
    assert all(name != "IN_FORCE" for _, name in history(facts, T0 + 364 * DAY))


def test_inv_3_has_one_version_in_force_at_any_instant() -> None:
    second = replace(SIGNED, version_id="v2", number=2, hash="h2", issued_at=T0 + 20 * DAY,
                     sign_by=T0 + 34 * DAY, signed=(
                         SignedFacts("3", "s-ana", "h2", T0 + 20 * DAY),
                         SignedFacts("4", "s-ben", "h2", T0 + 21 * DAY)))
    both = with_successors([SIGNED, second], T0 + 364 * DAY)
    for hour in range(0, 365 * 24, 7):
        at = T0 + timedelta(hours=hour)
        assert sum(state(v, at) in ("IN_FORCE", "SUSPENDED") for v in both
                   if v.issued_at <= at) <= 1
    assert state(both[0], T0 + 21 * DAY) == "SUPERSEDED"
    assert state(both[1], T0 + 21 * DAY) == "IN_FORCE"
    assert in_force_spans(both[0], T0 + 30 * DAY) == [(T0 + 2 * DAY, T0 + 21 * DAY)]


@given(st.permutations([ANA, BEN]), st.integers(0, 400))
def test_does_not_depend_on_the_order_of_signatures(
    signed: list[SignedFacts], days: int
) -> None:
    at = T0 + days * DAY
    assert state(replace(SIGNED, signed=tuple(signed)), at) == state(SIGNED, at)


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(
    ["withdraw", "recall", "decline", "engagement_closed"])), max_size=5),
       st.integers(0, 400))
def test_never_comes_back_from_an_end(acts: list[tuple[int, str]], night: int) -> None:
    facts = slept(replace(SIGNED, acts=tuple((T0 + d * DAY, act) for d, act in acts)),
                  T0 + night * DAY)
    ends = {"VOID", "DECLINED", "SUPERSEDED", "EXPIRED", "WITHDRAWN", "TERMINATED"}
    names = [name for _, name in history(facts, T0 + 500 * DAY)]
    assert all(name not in ends for name in names[:-1])


@pytest.mark.parametrize(("change", "expected"), [
    ({}, None),
    ({"slot_id": None}, SignNo.NOT_A_SIGNER),
    ({"slot_id": "s-mallory"}, SignNo.NOT_A_SIGNER),
    ({"slot_id": "s-ana"}, SignNo.ALREADY_SIGNED),
    ({"hash_shown": "another"}, SignNo.TEXT_CHANGED),
    ({"read_all": False}, SignNo.NOT_READ),
    ({"choices_complete": False}, SignNo.CHOICE_MISSING),
    ({"erecord_consent": False}, SignNo.NO_ERECORD_CONSENT),
    ({"version": version(signed=(ANA,), acts=((T0, "recall"),))}, SignNo.NOT_OPEN),
])
def test_says_why_a_signature_is_not_possible(
    change: dict[str, object], expected: SignNo | None
) -> None:
    facts = SignFacts(version(signed=(ANA,)), "s-ben", "h", True, True, True)
    assert why_not_sign(replace(facts, **change), T0 + DAY) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("line", "facts", "at", "expected"), [
    (LineFacts(1, True, None, True), version(signed=(ANA,)), T0, "PROPOSED"),
    (LineFacts(1, True, None, True), SIGNED, T0 + 3 * DAY, "ACTIVE"),
    (LineFacts(1, False, None, None), SIGNED, T0 + 3 * DAY, "ACTIVE"),
    (LineFacts(1, True, None, False), SIGNED, T0 + 3 * DAY, "REFUSED"),
    (LineFacts(1, True, None, None), SIGNED, T0 + 3 * DAY, "REFUSED"),
    (LineFacts(1, True, T0 + 9 * DAY, True), SIGNED, T0 + 9 * DAY, "EXPIRED"),
    (LineFacts(1, True, None, True, withdrawn_at=T0 + 9 * DAY), SIGNED, T0 + 9 * DAY, "WITHDRAWN"),
    (LineFacts(1, True, None, True, withdrawn_at=T0 + DAY), SIGNED, T0 + 9 * DAY, "REFUSED"),
    (LineFacts(1, False, None, None, withdrawn_at=T0 + DAY), SIGNED, T0 + 9 * DAY, "REFUSED"),
    (LineFacts(1, True, None, True, withdrawn_at=T0 + 9 * DAY),
     slept(SIGNED, T0 + 8 * DAY), T0 + 9 * DAY, "WITHDRAWN"),
    (LineFacts(1, True, None, True, asleep=True), SIGNED, T0 + 9 * DAY, "SLEEPING"),
    (LineFacts(1, True, None, False, asleep=True), SIGNED, T0 + 9 * DAY, "REFUSED"),
    (LineFacts(1, True, None, True, used_up_at=T0 + 9 * DAY), SIGNED, T0 + 9 * DAY, "USED_UP"),
    (LineFacts(1, True, None, True), SIGNED, T0 + 366 * DAY, "ENDED"),
    (LineFacts(1, True, None, True), version(acts=((T0, "recall"),)), T0, "ENDED"),
    (LineFacts(1, True, None, True),
     slept(SIGNED, T0 + 9 * DAY), T0 + 9 * DAY, "SLEEPING"),
    (LineFacts(1, True, None, True),
     slept(SIGNED, T0 + 9 * DAY, T0 + 10 * DAY),
     T0 + 10 * DAY, "ACTIVE"),
])
def test_computes_what_became_of_a_line(
    line: LineFacts, facts: VersionFacts, at: datetime, expected: str
) -> None:
    assert line_state(line, facts, at) == expected


def disputed(*spans: tuple[int, int | None]) -> VersionFacts:
    """Return a version whose coachee said on days that the signature is not theirs."""
    moments = tuple((T0 + start * DAY, None if end is None else T0 + end * DAY)
                    for start, end in spans)
    return replace(SIGNED, signed=(ANA, replace(BEN, disputed=moments)))


@pytest.mark.parametrize(("facts", "day", "expected"), [
    (disputed((5, None)), 4, "IN_FORCE"),
    (disputed((5, None)), 5, "SUSPENDED"),
    (disputed((5, 9)), 8, "SUSPENDED"),
    (disputed((5, 9)), 9, "IN_FORCE"),
    (disputed((1, None)), 3, "SUSPENDED"),
    (disputed((1, 9)), 3, "SUSPENDED"),
    (disputed((1, 2)), 3, "IN_FORCE"),
    (disputed((5, 9), (9, None)), 10, "SUSPENDED"),
    (slept(disputed((5, 9)), T0 + 7 * DAY), 10, "SUSPENDED"),
    (slept(disputed((5, 9)), T0 + 3 * DAY, T0 + 6 * DAY), 7, "SUSPENDED"),
    (disputed((5, None)), 365, "EXPIRED"),
    (replace(SIGNED, signed=(replace(ANA, disputed=((T0 + 5 * DAY, None),)), BEN)),
     6, "IN_FORCE"),
])
def test_z14_sleeps_while_the_coachee_says_that_the_signature_is_not_theirs(
    facts: VersionFacts, day: int, expected: str
) -> None:
    assert state(facts, T0 + day * DAY) == expected


def test_inv_7_takes_a_line_when_all_that_it_is_about_is_taken() -> None:
    one = Withdrawn(T0 + 3 * DAY, "p-ben", 1, ("PRG.GOALS",))
    two = Withdrawn(T0 + 4 * DAY, "p-ben", 1, ("PRG.PROGRESS",))
    both = ("PRG.GOALS", "PRG.PROGRESS")
    assert replace(SIGNED, withdrawn=(one,)).line_taken_at(1, both) is None
    assert replace(SIGNED, withdrawn=(one, two)).line_taken_at(1, both) == two.at
    assert replace(SIGNED, withdrawn=(one, two)).line_taken_at(2, both) is None
    whole = Withdrawn(T0 + 5 * DAY, "p-ben", 1)
    assert replace(SIGNED, withdrawn=(one, whole)).line_taken_at(1, both) == whole.at


HOURS = st.integers(1, 24 * 30).map(lambda count: timedelta(hours=count))


@given(start=HOURS, lasts=st.integers(1, 8), end_at=HOURS, at=HOURS)
def test_inv_9_ends_a_guests_line_with_the_session_or_the_text_whichever_is_first(
    start: timedelta, lasts: int, end_at: timedelta, at: timedelta
) -> None:
    ends = T0 + start + timedelta(hours=lasts)
    facts = version(signed=(ANA, replace(BEN, at=T0)), vouched={"p-ben": T0},
                    valid_to=T0 + end_at).for_session(T0 + start, ends)
    line = LineFacts(1, False, facts.valid_to, None)
    opens = T0 + at < min(ends, T0 + end_at)
    assert (line_state(line, facts, T0 + at) == "ACTIVE") is opens
    assert (state(facts, T0 + at) == "IN_FORCE") is opens


@given(start=HOURS, at=HOURS)
def test_inv_9_is_signed_before_the_session_begins_or_never(
    start: timedelta, at: timedelta
) -> None:
    late = replace(BEN, at=T0 + at)
    facts = version(signed=(ANA, late), vouched={"p-ben": T0}).for_session(
        T0 + start, T0 + start + timedelta(hours=1))
    in_time = T0 + at < min(T0 + start, facts.sign_by)
    assert any(name == "IN_FORCE" for _, name in history(facts, T0 + 99 * DAY)) is in_time
