"""How reviews stand at all times, and what each day brings: from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.agreements.policy import Answer, Says, VersionFacts, holds_at, reviews, state, unheard
from portal.desk.pictures import scale_of, ticks, weeks
from portal.desk.policy.late import Do, late_of
from portal.desk.policy.timeline import braid, review_words, text_words, turns, value_at
from portal.reviews.policy import waits_for
from tests.agreements.test_reviews import DAY, FIRST, ZONE, at, keeps, version

DUE = at(date(2027, 3, 1))
OPEN, GRACE = at(date(2027, 2, 15)), at(date(2027, 3, 15))
HOUR = timedelta(hours=1)


def brings(facts: VersionFacts) -> dict[datetime, str]:
    """Return what the ends of rows bring, by instant."""
    found = braid(lambda word, review: (word, "", review if word == "in_force" else ("", None)),
                  text_words(facts), review_words(facts))
    return {stretch.ends: turn
            for stretch, turn in zip(found, turns(facts, found), strict=True) if turn}


def words(facts: VersionFacts) -> list[str]:
    return [word for _at, (word, _due) in review_words(facts)]


def test_a_review_that_nobody_answers_puts_the_text_to_sleep_and_ends_it() -> None:
    silent = version(6)
    assert brings(silent) == {DUE: "review", GRACE: "sleeps", GRACE + 60 * DAY: "expires"}
    assert value_at(review_words(silent), OPEN - HOUR) == ("", DUE)
    assert value_at(review_words(silent), OPEN) == ("open", DUE)
    assert value_at(review_words(silent), DUE) == ("overdue", DUE)
    assert value_at(review_words(silent), GRACE) == ("asleep", None)


def test_what_sleeps_is_still_to_be_looked_at_on_its_days() -> None:
    due = [when for when, turn in brings(version(1)).items() if turn == "review"]
    assert due == [at(date(2026, 10, 1)), at(date(2026, 11, 1)), at(date(2026, 12, 1))]


def test_what_all_have_kept_brings_nothing_but_its_last_day() -> None:
    kept = version(6, answers=tuple(keeps(who, OPEN + DAY) for who in ("ana", "ben", "carla")))
    assert brings(kept) == {at(date(2027, 8, 31)): "ends"}
    assert value_at(review_words(kept), OPEN + 2 * DAY) == ("", DUE)
    assert value_at(review_words(kept), DUE) == ("", None)


def test_a_silent_third_person_loses_what_goes_to_them_alone() -> None:
    quiet = version(6, answers=(keeps("ana", OPEN), keeps("ben", OPEN)))
    assert brings(quiet) == {
        DUE: "review", GRACE: "quiet", at(date(2027, 8, 31)): "ends"}
    assert value_at(review_words(quiet), GRACE)[0] == "quiet"


def test_a_late_answer_wakes_it() -> None:
    late = version(6, answers=(keeps("ana", OPEN), keeps("carla", OPEN),
                               keeps("ben", GRACE + 3 * DAY)))
    assert value_at(review_words(late), GRACE + 2 * DAY)[0] == "asleep"
    assert value_at(review_words(late), GRACE + 4 * DAY) == ("", None)
    assert "expires" not in brings(late).values()


def test_a_wish_to_change_counts_as_an_answer_while_it_is_talked_about() -> None:
    wish = Answer(OPEN + DAY, "ben", "1", Says.CHANGE, closed_at=DUE + DAY)
    facts = version(6, answers=(keeps("ana", OPEN), keeps("carla", OPEN), wish))
    assert value_at(review_words(facts), DUE)[0] == ""
    assert value_at(review_words(facts), DUE + 2 * DAY)[0] == "overdue"
    assert brings(facts)[DUE + 15 * DAY] == "sleeps"


def test_days_lie_where_the_clocks_of_the_text_are() -> None:
    """A review on the day after the clocks change is due an hour later by the sun."""
    rows = [due for _at, (_word, due) in review_words(version(1)) if due]
    assert {at(date(2026, 11, 1)), at(date(2027, 3, 1)), at(date(2027, 4, 1))} <= set(rows)


_WHO = st.sampled_from(["ana", "ben", "carla"])
_ANSWERS = st.lists(st.builds(
    lambda who, days, key, says, closed: Answer(
        OPEN + timedelta(days=days), who, key, says,
        OPEN + timedelta(days=days + closed) if says is Says.CHANGE and closed else None),
    _WHO, st.integers(0, 120), st.sampled_from(["1", "2"]),
    st.sampled_from([Says.KEEP, Says.CHANGE]), st.integers(0, 40)), max_size=6)


@given(answers=_ANSWERS, months=st.sampled_from([1, 3, 6]), days=st.integers(0, 365))
def test_z21_says_at_every_instant_what_the_rules_say(
    answers: list[Answer], months: int, days: int
) -> None:
    facts = version(months, answers=tuple(answers))
    for when in {at(FIRST, 12) + timedelta(days=days),
                 *(review.grace_until for review in reviews(facts))}:
        if when >= facts.valid_to:
            continue
        word = value_at(review_words(facts), when)[0]
        waits = [waits_for(facts, slot, when) for slot in facts.slots]
        quiet = any(holds_at(spans, when) for spans in unheard(facts).values())
        if state(facts, when) == "SUSPENDED":
            assert word == "asleep"
        elif state(facts, when) == "IN_FORCE":
            late = any(review and review.due_at <= when for review in waits)
            assert word == ("quiet" if quiet else "overdue" if late else "open" if any(waits)
                            else "")


def test_says_of_each_missing_answer_what_the_coach_does() -> None:
    facts = version(6)
    assert late_of(facts, set(), DUE - HOUR) == []
    assert [(late.party_id, late.do, late.sleeps) for late in late_of(facts, {"ben"}, DUE)] == [
        ("ana", Do.ANSWER, False), ("ben", Do.RECORD, False), ("carla", Do.ASK, False)]
    asleep = late_of(facts, set(), GRACE)
    assert [(late.party_id, late.sleeps) for late in asleep if late.role == "SPONSOR"] == [
        ("carla", True)]


def test_a_doubt_about_a_signature_is_cleared_up_and_not_asked_about() -> None:
    facts = version(6)
    doubted = replace(facts, signed=tuple(
        replace(s, disputed=((DUE, None),)) if s.slot_id == "s-ben" else s for s in facts.signed))
    assert [late.do for late in late_of(doubted, set(), DUE) if late.party_id == "ben"] == [
        Do.CLEAR_UP]


@pytest.mark.parametrize("now", [date(2026, 1, 31), date(2028, 2, 29), date(2026, 3, 29)])
def test_the_line_of_time_goes_from_month_to_month(now: date) -> None:
    scale = scale_of(at(now, 12).astimezone(at(now).astimezone().tzinfo))
    marks = ticks(scale)
    assert [tick.day.day for tick in marks] == [1] * 7
    assert marks[0].x == "0.00%"
    assert 5 < float(scale.x(at(now, 12)).rstrip("%")) < 20


def test_a_bar_is_cut_where_the_line_ends() -> None:
    scale = scale_of(at(FIRST, 12))
    whole = scale.bar("runs", at(date(2020, 1, 1)), at(date(2040, 1, 1)))
    assert whole is not None
    assert (whole.x, whole.width) == ("0.00%", "100.00%")
    assert scale.bar("runs", at(date(2020, 1, 1)), at(date(2021, 1, 1))) is None


def test_counts_what_comes_in_each_of_thirteen_weeks() -> None:
    found = weeks(FIRST, [(FIRST, "review", 2), (FIRST + 6 * DAY, "ends", 9),
                          (FIRST + 7 * DAY, "sleeps", 1), (FIRST + 91 * DAY, "ends", 1),
                          (FIRST - DAY, "ends", 1)])
    assert [week.total for week in found] == [11, 1, *[0] * 11]
    assert len(found[0].discs) == 6
    assert found[12].last == FIRST + 90 * DAY
    assert ZONE
