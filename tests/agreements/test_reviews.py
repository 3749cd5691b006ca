"""When a text is looked at again, and what silence does (domain 2.5), from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreements.policy import (
    Answer,
    Kind,
    Rhythm,
    Says,
    SignedFacts,
    SlotFacts,
    VersionFacts,
    as_others_know,
    history,
    reviews,
    state,
    unheard,
)

DAY = timedelta(days=1)
ZONE = "Europe/Berlin"
FIRST = date(2026, 8, 31)
SLOTS = (SlotFacts("s-ana", "ana", "COACH", True, False),
         SlotFacts("s-ben", "ben", "COACHEE", True, False),
         SlotFacts("s-carla", "carla", "SPONSOR", True, False))


def at(day: date, hour: int = 0) -> datetime:
    """Return an instant by the clock of the version's zone."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def version(
    months: int = 1, *, ends: date = date(2027, 8, 30), moments: tuple[str, ...] = (),
    answers: tuple[Answer, ...] = (),
) -> VersionFacts:
    """Return a text that three people signed on its first day, with a fortnight of grace."""
    signed = tuple(SignedFacts(slot.role, slot.slot_id, "h", at(FIRST, 9)) for slot in SLOTS)
    return VersionFacts(
        "v", "a", 1, "h", at(FIRST), at(FIRST) + 14 * DAY, at(FIRST), at(ends + DAY), SLOTS,
        signed, rhythm=Rhythm(FIRST, ends, ZONE, months, 14, 60, moments), answers=answers)


def keeps(who: str, when: datetime, key: str = "1", says: Says = Says.KEEP) -> Answer:
    """Return an answer."""
    return Answer(when, who, key, says)


def test_a_31st_stays_one_where_the_month_has_it() -> None:
    days = [review.day for review in reviews(version())]
    assert days[:8] == [
        date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31),
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_a_leap_day_is_used_where_there_is_one() -> None:
    first = date(2027, 8, 29)
    facts = replace(version(6, ends=date(2028, 8, 28)), rhythm=Rhythm(
        first, date(2028, 8, 28), ZONE, 6, 14), valid_to=at(date(2028, 8, 29)))
    assert [review.day for review in reviews(facts)] == [date(2028, 2, 29)]


def test_is_due_at_the_end_of_the_local_day_also_when_the_clocks_change() -> None:
    by_day = {review.day: review for review in reviews(version())}
    autumn, winter = by_day[date(2026, 10, 31)], by_day[date(2026, 11, 30)]
    # Summer time ends on 25 October: midnight is 22:00 UTC before, and 23:00 UTC after.
    assert autumn.opens_at == datetime(2026, 10, 17, 22, tzinfo=UTC)
    assert autumn.due_at == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert winter.grace_until == datetime(2026, 12, 14, 23, tzinfo=UTC)


def test_names_the_middle_and_the_end_where_the_text_does() -> None:
    facts = version(3, ends=date(2027, 2, 27), moments=("midpoint", "final"))
    assert [(r.key, r.kind, r.day) for r in reviews(facts)] == [
        ("1", Kind.MIDPOINT, date(2026, 11, 30)), ("end", Kind.FINAL, date(2027, 2, 27))]
    longer = version(3, ends=date(2027, 6, 29), moments=("midpoint", "final"))
    assert [(r.key, r.kind) for r in reviews(longer)] == [
        ("1", Kind.SCHEDULED), ("mid", Kind.MIDPOINT), ("2", Kind.SCHEDULED),
        ("3", Kind.SCHEDULED), ("end", Kind.FINAL)]


def test_asks_nobody_before_it_is_in_force_or_without_a_rhythm() -> None:
    assert reviews(replace(version(), signed=())) == []
    assert reviews(version(0)) == []
    late = replace(version(), effective_from=at(date(2026, 10, 1)))
    assert reviews(late)[0].day == date(2026, 10, 31)


FIRST_REVIEW = reviews(version(6))[0]
OPEN, DUE, GRACE = FIRST_REVIEW.opens_at, FIRST_REVIEW.due_at, FIRST_REVIEW.grace_until
LIMIT = GRACE + 60 * DAY


def said(**when: datetime | None) -> tuple[Answer, ...]:
    """Return keep from each at their instant; None stays silent."""
    return tuple(keeps(who, moment) for who, moment in when.items() if moment is not None)


@pytest.mark.parametrize(("answers", "when", "expected", "carla_sleeps"), [
    (said(ana=DUE, ben=DUE, carla=DUE), LIMIT, "IN_FORCE", False),
    (said(ana=OPEN, ben=GRACE - DAY, carla=OPEN), GRACE, "IN_FORCE", False),
    (said(ana=DUE, carla=DUE), GRACE - timedelta(seconds=1), "IN_FORCE", False),
    (said(ana=DUE, carla=DUE), GRACE, "SUSPENDED", False),
    (said(ben=DUE, carla=DUE), GRACE, "SUSPENDED", False),
    (said(ana=DUE, ben=DUE), GRACE, "IN_FORCE", True),
    (said(ana=DUE, ben=DUE, carla=GRACE + DAY), GRACE + DAY, "IN_FORCE", False),
    (said(ana=DUE, ben=GRACE + DAY, carla=DUE), GRACE + 2 * DAY, "IN_FORCE", False),
    (said(ana=GRACE + 3 * DAY, ben=GRACE + DAY), GRACE + 2 * DAY, "SUSPENDED", True),
    (said(ana=DUE, carla=DUE), LIMIT - timedelta(seconds=1), "SUSPENDED", False),
    (said(ana=DUE, carla=DUE), LIMIT, "EXPIRED", False),
    (said(ana=DUE, ben=LIMIT, carla=DUE), LIMIT, "EXPIRED", False),
    (said(ana=DUE, ben=OPEN - timedelta(seconds=1), carla=DUE), GRACE, "SUSPENDED", False),
    ((), GRACE, "SUSPENDED", True),
])
def test_silence_closes_and_never_opens(
    answers: tuple[Answer, ...], when: datetime, expected: str, *, carla_sleeps: bool
) -> None:
    facts = version(6, answers=answers)
    assert state(facts, when) == expected
    asleep = any(start <= when and (end is None or when < end)
                 for start, end in unheard(facts).get("carla", []))
    assert asleep is carla_sleeps


def wish(**changes: object) -> VersionFacts:
    """Return a text that Ben wants to change, and the others keep."""
    change = replace(keeps("ben", DUE, says=Says.CHANGE), **changes)  # type: ignore[arg-type]
    return version(6, answers=(*said(ana=DUE, carla=DUE), change))


def test_a_wish_to_change_is_no_silence_while_it_is_talked_about() -> None:
    assert state(wish(), GRACE) == "IN_FORCE"
    assert state(wish(), GRACE + 60 * DAY) == "SUSPENDED"
    # Declined early: the time of grace is over no earlier than it would have been.
    assert state(wish(closed_at=DUE + DAY), DUE + 15 * DAY - timedelta(seconds=1)) == "IN_FORCE"
    assert state(wish(closed_at=DUE + DAY), DUE + 15 * DAY) == "SUSPENDED"
    again = (*wish(closed_at=DUE + DAY).answers, keeps("ben", DUE + 2 * DAY))
    assert state(version(6, answers=again), LIMIT) == "IN_FORCE"


def test_one_answer_makes_up_for_every_review_before_it() -> None:
    later = reviews(version())[2]
    facts = version(answers=tuple(keeps(who, later.due_at, later.key)
                                  for who in ("ana", "ben", "carla")))
    assert state(facts, later.due_at) == "IN_FORCE"
    assert [name for _at, name in history(facts, later.due_at)][-2:] == ["SUSPENDED", "IN_FORCE"]


def test_z3_nobody_else_learns_of_silence() -> None:
    silent, kept = version(6), version(6, answers=said(ana=DUE, ben=DUE, carla=DUE))
    for when in (DUE, GRACE, LIMIT, LIMIT + DAY):
        assert history(as_others_know(silent), when) == history(as_others_know(kept), when)


@given(st.lists(st.tuples(st.sampled_from(["ana", "ben", "carla"]), st.integers(0, 400),
                          st.sampled_from(list(Says))), max_size=6), st.integers(0, 400))
def test_silence_alone_opens_nothing(
    given_answers: list[tuple[str, int, Says]], day: int
) -> None:
    now = at(FIRST) + day * DAY
    answers = tuple(keeps(who, at(FIRST) + when * DAY, says=says)
                    for who, when, says in given_answers)
    fewer = tuple(answer for answer in answers if answer.says is not Says.KEEP)
    if state(version(3, answers=fewer), now) == "IN_FORCE":
        assert state(version(3, answers=answers), now) == "IN_FORCE"
