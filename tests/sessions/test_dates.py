"""Sessions are planned, moved and cancelled; the record holds no place and no name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.engagements.models import CoachingSession
from portal.ground.actor import Actor
from portal.ledger.models import Entry
from portal.plain.errors import Missing, Refused
from portal.sessions import actions
from portal.sessions.policy import SessionNo, Span, Word
from portal.sessions.queries import listing_of, planned_by_me, sessions_card
from tests.builders import World, add_engagement, add_practice
from tests.cast import GUS, YUL, ZOE
from tests.sessions.world import DAY, HOUR, as_party, bring_in, cancel, held, move, plan, sheet


def bodies(world: World) -> dict[str, dict[str, object]]:
    with world.ground.work(writes=False) as work:
        found = [json.loads(body) for body in work.session.scalars(
            select(Entry.body).where(Entry.kind.startswith("session.")).order_by(Entry.seq))]
    return {entry["kind"]: entry["facts"] for entry in found}


def test_numbers_sessions_in_the_order_of_planning(bound: World) -> None:
    plan(bound, days=14)
    plan(bound, days=7)
    with bound.ground.work(writes=False, actor=bound.coach()) as work:
        coming = listing_of(work, bound.ids["engagement"]).coming
    assert [dates.code for dates in coming] == ["S2", "S1"]


def test_records_ids_instants_and_codes_and_nothing_else(bound: World) -> None:
    one = plan(bound, place="Lindengasse 1")
    move(bound, one, days=1, place="Lindengasse 2")
    cancel(bound, one)
    facts = bodies(bound)
    assert facts["session.planned"] == {
        "number": 1, "starts": "2026-12-07T09:01:00.000000Z",
        "ends": "2026-12-07T10:01:00.000000Z"}
    assert facts["session.moved"] == {
        "starts": "2026-12-08T09:01:00.000000Z", "ends": "2026-12-08T10:01:00.000000Z",
        "elsewhere": True}
    assert facts["session.cancelled"] == {}


def test_keeps_the_place_under_the_key_of_the_engagement(bound: World) -> None:
    one = plan(bound, place="Lindengasse 1")
    with bound.ground.work(writes=False) as work:
        row = work.session.get_one(CoachingSession, one)
        assert b"Lindengasse" not in row.place_enc
        assert work.reveal(row, "place") == "Lindengasse 1"


def test_moves_a_session_and_remembers_where_it_was(bound: World) -> None:
    one = plan(bound)
    before = sheet(bound, one).dates
    move(bound, one, days=2)
    after = sheet(bound, one).dates
    assert (before.word, after.word) == (Word.PLANNED, Word.MOVED)
    assert after.was_at == before.starts_at == after.starts_at - 2 * DAY
    assert (before.sequence, after.sequence) == (0, 1)


def test_changes_a_place_without_moving(bound: World) -> None:
    one = plan(bound)
    move(bound, one, days=0, place="https://calls.example/room")
    dates = sheet(bound, one).dates
    assert (dates.word, dates.place, dates.sequence) == (
        Word.PLANNED, "https://calls.example/room", 1)


def test_is_over_without_anybody_writing_it_down(bound: World) -> None:
    one = plan(bound)
    bound.clock.move(days=14, hours=1)
    assert sheet(bound, one).dates.word is Word.OVER


@pytest.mark.parametrize(("hours", "no"), [(0, SessionNo.BEGUN), (1, SessionNo.OVER)])
def test_does_not_move_what_has_begun(bound: World, hours: float, no: SessionNo) -> None:
    one = plan(bound)
    bound.clock.move(days=14, hours=hours)
    with pytest.raises(Refused) as refused:
        move(bound, one, days=7)
    assert refused.value.reason is no


def test_cancels_once_and_for_all(bound: World) -> None:
    one = plan(bound)
    cancel(bound, one)
    assert sheet(bound, one).dates.word is Word.CANCELLED
    for act in (lambda: cancel(bound, one), lambda: move(bound, one, days=1)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is SessionNo.CANCELLED


def test_plans_nothing_in_the_past(bound: World) -> None:
    with pytest.raises(Refused):
        plan(bound, days=-1)


def test_s3_4_says_that_no_session_begins_before_the_agreements_hold(world: World) -> None:
    add_practice(world)
    add_engagement(world)
    plan(world)
    with world.ground.work(writes=False, actor=world.coach()) as work:
        card = sessions_card(work, world.ids["engagement"])
    assert not card.may_begin
    assert [dates.code for dates in card.coming] == ["S1"]


def test_may_begin_while_the_agreements_hold(bound: World) -> None:
    plan(bound)
    with bound.ground.work(writes=False, actor=bound.coach()) as work:
        assert sessions_card(work, bound.ids["engagement"]).may_begin


def helper(world: World, practice: str = "ana") -> Actor:
    return Actor("hana", world.ids[f"{practice}.practice"], "coach", "factor", "session",
                 role="helper")


def test_z5_lets_a_helper_of_the_practice_plan_and_move(bound: World) -> None:
    with bound.ground.work(writes=True, actor=helper(bound)) as work:
        engagement = actions.own(work, bound.ids["engagement"])
        span = Span(work.now + DAY, work.now + DAY + HOUR)
        session = actions.plan(work, engagement, span, "")
        actions.move(work, engagement, session,
                     Span(span.starts_at + DAY, span.ends_at + DAY), "Room 5")
        assert session.starts_at == work.now + timedelta(days=2)


def test_z5_shows_a_helper_dates_and_nobody_who_takes_part(bound: World) -> None:
    one = plan(bound)
    bring_in(bound, one, GUS)
    from portal.sessions.queries import sheet_of

    with bound.ground.work(writes=False, actor=helper(bound)) as work:
        seen = sheet_of(work, bound.ids["engagement"], one)
    assert seen.dates.place == "Room 4"
    assert (seen.frame.mine, list(seen.beside)) == (False, [])
    assert [b.third.name for b in sheet(bound, one).beside] == [GUS.name]


def test_z5_does_not_exist_for_anybody_else(bound: World) -> None:
    add_practice(bound, ZOE, "zoe", name="Quist Coaching")
    owner = Actor("owen", bound.ids["ana.practice"], "coach", "factor", "session", role="owner")
    for actor in (bound.coach("zoe"), helper(bound, "zoe"), owner, None):
        with bound.ground.work(writes=False, actor=actor) as work, pytest.raises(Missing):
            planned_by_me(work, bound.ids["engagement"])


def test_finds_no_session_of_another_engagement(bound: World) -> None:
    one, mine = plan(bound), bound.ids["engagement"]
    add_engagement(bound, YUL, "yul")
    assert bound.ids["engagement"] != mine
    with bound.ground.work(writes=True, actor=bound.coach()) as work, pytest.raises(Missing):
        held(work, bound, one)
    with pytest.raises(Missing):
        as_party(bound, "ben", actions.cancel, one)
