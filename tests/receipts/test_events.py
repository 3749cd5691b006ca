"""What became of a consent, told from the record alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal.agreements.policy import Answer, Kind, Review, Says
from portal.receipts.policy import Event, State, TextFacts, events_of, status_of
from tests.receipts.sample import (
    ENDS,
    FORCE,
    IN_FORCE,
    PERMITS,
    SIGN_BY,
    SIGNED,
    START,
    act,
    text,
    version,
)
from tests.reviewing import slept

ALL = (1, 2, 3)
LATER = ENDS + timedelta(days=30)


def told(body: TextFacts, now: datetime) -> list[tuple[State, datetime, str, tuple[int, ...]]]:
    return [(e.state, e.at, e.by, e.lines) for e in events_of(body, now)]


ASKED = (State.REQUESTED, START, "controller", ALL)
GIVEN = (State.GIVEN, SIGNED, "coachee", (1, 2))
REFUSED = (State.REFUSED, SIGNED, "coachee", (3,))
#: What was asked for and answered, and then nothing more.
USUAL = [ASKED, GIVEN, REFUSED]
DAY = FORCE + timedelta(days=1)


@pytest.mark.parametrize(("body", "now", "then"), [
    (text(version(("COACH", START)), answered=None), SIGNED, [ASKED]),
    (text(), FORCE, USUAL),
    (text(IN_FORCE, act("line.withdrawn", line=2)), LATER,
     [*USUAL, (State.WITHDRAWN, DAY, "coachee", (2,)), (State.EXPIRED, ENDS, "", (1,))]),
    (text(replace(IN_FORCE, acts=[(DAY, "withdraw")]), act("version.withdrawn", told="phone")),
     LATER, [*USUAL, (State.WITHDRAWN, DAY, "coachee", (1, 2))]),
    (text(replace(IN_FORCE, acts=[(DAY, "withdraw")]),
          act("version.withdrawn", by_coachee=False)), LATER,
     [*USUAL, (State.REVOKED, DAY, "", (1, 2))]),
    (text(), LATER, [*USUAL, (State.EXPIRED, ENDS, "", (1, 2))]),
    (text(replace(IN_FORCE, successor_in_force_at=DAY)), LATER,
     [*USUAL, (State.EXPIRED, DAY, "", (1, 2))]),
    (text(replace(IN_FORCE, acts=[(DAY, "engagement_closed")])), LATER,
     [*USUAL, (State.REVOKED, DAY, "", (1, 2))]),
    (text(version(("COACH", START), ("COACHEE", SIGNED))), LATER,
     [*USUAL, (State.INVALIDATED, SIGN_BY, "", (1, 2))]),
    (text(version(("COACH", START), ("COACHEE", SIGNED), acts=[(DAY, "recall")])), LATER,
     [*USUAL, (State.REVOKED, DAY, "controller", (1, 2))]),
    (text(version(("COACH", START), acts=[(DAY, "decline")]), act("version.declined"),
          answered=None), LATER, [ASKED, (State.REFUSED, DAY, "coachee", ALL)]),
], ids=["asked", "answered", "a line taken back", "all taken back by phone", "somebody left",
        "run out", "replaced", "closed", "not concluded", "recalled", "declined"])
def test_tells_what_became_of_a_yes(body: TextFacts, now: datetime, then: list[Any]) -> None:
    assert told(body, now) == then


def test_tells_nothing_that_is_still_to_come() -> None:
    body = text(IN_FORCE, act("line.withdrawn", line=2))
    assert told(body, DAY - timedelta(seconds=1)) == USUAL


def test_z4_tells_of_somebody_elses_no_what_it_tells_of_silence() -> None:
    """Only on the day to sign by, and in the same words."""
    silent = text(version(("COACH", START), ("COACHEE", SIGNED)))
    no = act("version.declined", by_coachee=False)
    declined = text(replace(silent.version, acts=[(no.at, "decline")]), no)
    for now in (SIGNED, DAY, SIGN_BY - timedelta(seconds=1), SIGN_BY, LATER):
        assert events_of(declined, now) == events_of(silent, now)


def test_inv_7_takes_a_yes_back_from_the_instant_of_the_record_on() -> None:
    body = text(IN_FORCE, act("line.withdrawn", line=2))
    assert status_of(events_of(body, DAY - timedelta(microseconds=1)))[2] is State.GIVEN
    assert status_of(events_of(body, DAY)) == {
        1: State.GIVEN, 2: State.WITHDRAWN, 3: State.REFUSED}


def test_keeps_the_rest_of_a_line_until_its_last_part_is_taken_back() -> None:
    one = act("line.withdrawn", 1, line=2, categories=["PRG.GOALS"])
    other = act("line.withdrawn", 2, line=2, categories=["PRG.PROGRESS"])
    events = events_of(text(IN_FORCE, one, other), FORCE + timedelta(days=3))
    part, rest = events[-2:]
    assert (part.categories, rest.categories) == (("PRG.GOALS",), ())
    assert status_of(events[:-1])[2] is State.GIVEN
    assert status_of(events)[2] is State.WITHDRAWN


def test_a_line_ends_on_its_own_day() -> None:
    early = START + timedelta(days=30)
    permits = (PERMITS[0], replace(PERMITS[1], ends=early), PERMITS[2])
    assert told(text(permits=permits), early)[-1] == (State.EXPIRED, early, "", (2,))


def test_tells_for_how_long_each_yes_was_given() -> None:
    late = START + timedelta(days=300)
    permits = (PERMITS[0], replace(PERMITS[1], starts=late), PERMITS[2])
    given = [e for e in events_of(text(permits=permits), FORCE) if e.state is State.GIVEN]
    assert [(e.lines, e.starts, e.ends) for e in given] == [
        ((1,), START, ENDS), ((2,), late, ENDS)]


def test_z14_a_yes_in_doubt_is_none_until_it_is_upheld() -> None:
    doubt = act("signature.disputed", 1)
    upheld = act("signature.upheld", 3, by_coachee=False)
    body = text(IN_FORCE, doubt, upheld)
    states = [status_of(events_of(body, FORCE + timedelta(days=day))) for day in (0, 1, 3)]
    assert [state[2] for state in states] == [State.GIVEN, State.UNKNOWN, State.GIVEN]
    assert {state[3] for state in states} == {State.REFUSED}
    found = act("signature.repudiated", 3, by_coachee=False)
    assert status_of(events_of(text(IN_FORCE, doubt, found), LATER))[1] is State.INVALIDATED


def test_a_yes_that_a_missed_review_put_to_sleep_is_renewed_by_a_review() -> None:
    nap, wake = FORCE + timedelta(days=200), FORCE + timedelta(days=210)
    events = events_of(text(slept(IN_FORCE, nap, wake)), wake)
    assert [(e.state, e.lines) for e in events[-2:]] == [
        (State.EXPIRED, (1, 2)), (State.RENEWED, (1, 2))]


def test_a_review_that_everybody_keeps_renews_the_yes() -> None:
    due = FORCE + timedelta(days=100)
    review = Review("r", Kind.EVENT, due.date(), due - timedelta(days=14), due,
                    due + timedelta(days=14))
    both = [Answer(due - timedelta(days=n), slot.party_id, "r", Says.KEEP)
            for n, slot in enumerate(IN_FORCE.slots)]
    looked_at = replace(IN_FORCE, called=(review,), answers=tuple(both))
    last = events_of(text(looked_at), due)[-1]
    assert (last.state, last.at, last.lines) == (State.RENEWED, due, (1, 2))
    one = events_of(text(replace(looked_at, answers=tuple(both[1:]))), due)[-1]
    assert one.state is not State.RENEWED


def test_a_text_without_a_permission_is_asked_for_and_ends_like_any_other() -> None:
    states = [e.state for e in events_of(text(permits=()), LATER)]
    assert states == [State.REQUESTED, State.GIVEN, State.EXPIRED]


def test_says_by_which_way_and_in_which_entry() -> None:
    back = act("line.withdrawn", line=2, told="phone")
    last: Event = events_of(text(IN_FORCE, back), DAY)[-1]
    assert (last.way, last.entry) == ("phone", "e2" * 32)
