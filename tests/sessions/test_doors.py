"""Who is in a session and how, who sees it, and the door that the coachee closes (K52, S2-20)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from portal.engagements.actions import note
from portal.engagements.models import Party
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.plain.errors import Missing, Refused
from portal.sessions import actions
from portal.sessions.policy import Mode, PassNo, Presence, SessionNo
from tests.builders import World, add_party
from tests.cast import ANA, BEN, CARLA, ELI, GUS, Character
from tests.sessions.world import (
    DAY,
    Terms,
    agree,
    as_party,
    bring_in,
    cancel,
    freeze_terms,
    guest_agreed,
    held,
    inside,
    own,
    plan,
    sheet,
)

IVO = Character("Ivo Imhof", "ivo@posteo.example")


@pytest.fixture
def table(bound: World) -> World:
    """Give Ana and Ben with Gus as supporter by an agreement in force, and one session."""
    add_party(bound, "SUPPORTER", GUS)
    agree(bound, "gus")
    bound.ids["session"] = plan(bound)
    return bound


def names(people: object) -> list[tuple[str, str]]:
    return [(one.name, one.mode.value) for one in people]  # type: ignore[attr-defined]


def set_mode(world: World, key: str, mode: Mode) -> None:
    with world.ground.work(writes=True, actor=world.coach()) as work:
        actions.set_mode(work, *held(work, world, world.ids["session"]),
                         world.ids[f"{key}.party"], mode)


def close(world: World, key: str = "gus") -> None:
    as_party(world, "ben", actions.close_door, world.ids["session"], world.ids[f"{key}.party"])


def reopen(world: World, key: str = "gus") -> None:
    as_party(world, "ben", actions.open_door, world.ids["session"], world.ids[f"{key}.party"])


def step_out(world: World, key: str = "gus") -> None:
    with world.ground.work(writes=False) as work:
        party = work.session.get_one(Party, world.ids[f"{key}.party"])
    as_party(world, key, actions.leave, world.ids["session"], party)


def test_s2_6_belongs_to_coach_and_coachee_alone(bound: World) -> None:
    plan(bound)
    (row,) = own(bound, "ben").coming
    assert names(row.people) == [(ANA.name, "full"), (BEN.name, "full")]


def test_lets_a_supporter_in_while_their_agreement_holds(table: World) -> None:
    late = plan(table, days=200)
    assert inside(table, table.ids["session"]) == [GUS.name]
    assert inside(table, late) == []
    assert sheet(table, late).beside[0].third.presence is Presence.NOT_AGREED
    assert [row.code for row in own(table, "gus").coming] == ["S1"]


def test_lets_a_supporter_in_from_the_day_on_which_their_agreement_begins(bound: World) -> None:
    add_party(bound, "SUPPORTER", GUS)
    with bound.ground.work(writes=False) as work:
        now = work.now
    agree(bound, "gus", Terms(now + 20 * DAY, now + 200 * DAY, now + 14 * DAY))
    before, after = plan(bound), plan(bound, days=30)
    assert (inside(bound, before), inside(bound, after)) == ([], [GUS.name])


@pytest.mark.parametrize(("answer", "expected"), [("yes", [GUS.name]), ("no", [])])
def test_lets_nobody_in_by_a_line_that_the_coachee_refused(
    bound: World, answer: str, expected: list[str]
) -> None:
    add_party(bound, "SUPPORTER", GUS)
    with bound.ground.work(writes=False) as work:
        now = work.now
    agree(bound, "gus", Terms(now, now + 90 * DAY, now + DAY, optional=True), answer)
    assert inside(bound, plan(bound)) == expected


def test_lets_nobody_in_before_everyone_has_signed(bound: World) -> None:
    one = plan(bound)
    freeze_terms(bound, bring_in(bound, one, GUS))
    assert inside(bound, one) == []
    assert sheet(bound, one).beside[0].word == "open"
    (row,) = own(bound, "ben").coming
    assert names(row.people) == [(ANA.name, "full"), (BEN.name, "full")]
    assert [*own(bound, "gus").coming, *own(bound, "gus").past] == []


def test_tells_the_coach_of_a_decline_nothing_before_the_session(bound: World) -> None:
    """Z4: who was declined and who is silent read the same until the day."""
    one = plan(bound)
    freeze_terms(bound, bring_in(bound, one, GUS))
    declined = freeze_terms(bound, bring_in(bound, one, IVO, "ivo"))
    with bound.ground.work(writes=True, actor=bound.party()) as work:
        engagement, _session = held(work, bound, one)
        note(work, engagement, "version.declined", declined)
    for day, word in ((0, "open"), (14, "not_concluded")):
        bound.clock.move(days=day)
        assert [b.word for b in sheet(bound, one).beside] == [word, word]


@pytest.mark.parametrize("kind", ["party.left", "party.removed", "party.refused"])
def test_lets_nobody_in_who_takes_part_no_more(table: World, kind: str) -> None:
    with table.ground.work(writes=True, actor=table.party()) as work:
        engagement, _session = held(work, table, table.ids["session"])
        note(work, engagement, kind, table.ids["gus.party"])
    assert inside(table, table.ids["session"]) == []
    assert list(own(table, "gus").coming) == []


def test_shows_everyone_in_a_session_who_else_is_in_it_and_how(table: World) -> None:
    bring_in_and_sign(table)
    expected = [(ANA.name, "full"), (BEN.name, "full"), (GUS.name, "when_asked"),
                (IVO.name, "silent")]
    for key in ("ben", "gus", "ivo"):
        assert sorted(names(own(table, key).coming[0].people)) == expected


def bring_in_and_sign(world: World) -> None:
    """Let Ivo in as a guest who listens."""
    guest_agreed(world, world.ids["session"], IVO, "ivo")
    set_mode(world, "ivo", Mode.SILENT)


@pytest.mark.parametrize(("key", "mode", "fits"), [
    ("gus", Mode.SILENT, True), ("gus", Mode.FULL, False), ("ivo", Mode.FULL, True)])
def test_gives_a_mode_within_what_the_text_says(
    table: World, key: str, mode: Mode, fits: bool
) -> None:
    bring_in_and_sign(table)
    if not fits:
        with pytest.raises(Refused) as refused:
            set_mode(table, key, mode)
        assert refused.value.reason is PassNo.NOT_OF_THIS_ROLE
        return
    set_mode(table, key, mode)
    name = {"gus": GUS.name, "ivo": IVO.name}[key]
    assert (name, mode.value) in names(own(table, "ben").coming[0].people)


def test_keeps_somebody_away_from_one_session_alone(table: World) -> None:
    other = plan(table, days=20)
    set_mode(table, "gus", Mode.OUT)
    assert (inside(table, table.ids["session"]), inside(table, other)) == ([], [GUS.name])


def test_k52_closes_the_door_at_once_also_during_the_session(table: World) -> None:
    table.clock.move(days=14, minutes=30)
    assert inside(table, table.ids["session"]) == [GUS.name]
    close(table)
    assert inside(table, table.ids["session"]) == []
    assert list(own(table, "gus").coming) == []


def test_k52_lets_the_coachee_alone_open_it_again(table: World) -> None:
    close(table)
    set_mode(table, "gus", Mode.SILENT)
    assert inside(table, table.ids["session"]) == []
    with pytest.raises(Missing):
        step_out(table)
    reopen(table)
    assert inside(table, table.ids["session"]) == [GUS.name]
    assert own(table, "gus").coming[0].mode is Mode.SILENT


def test_lets_a_third_person_step_out_themself(table: World) -> None:
    step_out(table)
    assert inside(table, table.ids["session"]) == []
    (third,) = own(table, "ben").coming[0].thirds
    assert (third.left, third.closed) == (True, False)
    reopen(table)
    assert inside(table, table.ids["session"]) == [GUS.name]


def test_shows_a_closed_door_to_the_person_like_a_session_that_never_was(table: World) -> None:
    guest_agreed(table, table.ids["session"], IVO, "ivo")
    for key in ("gus", "ivo"):
        close(table, key)
        page = own(table, key)
        assert (list(page.coming), list(page.past)) == ([], [])
    table.clock.move(days=15)
    assert list(own(table, "ivo").past) == []


def test_shows_nobody_but_coach_and_coachee_that_a_door_was_closed(table: World) -> None:
    guest_agreed(table, table.ids["session"], IVO, "ivo")
    close(table, "gus")
    row = own(table, "ivo").coming[0]
    assert GUS.name not in [name for name, _ in names(row.people)]
    assert list(row.thirds) == []
    gone = next(b.third for b in sheet(table, table.ids["session"]).beside
                if b.third.name == GUS.name)
    assert gone.presence is Presence.NOT_IN


def test_records_the_door_without_a_reason_and_writes_to_nobody(table: World) -> None:
    with table.ground.work(writes=False) as work:
        before = len(list(work.session.scalars(select(Notice.id))))
    close(table)
    close(table)
    reopen(table)
    step_out(table)
    with table.ground.work(writes=False) as work:
        entries = [json.loads(body) for body in work.session.scalars(
            select(Entry.body).where(Entry.kind.startswith("pass.")).order_by(Entry.seq))]
        assert len(list(work.session.scalars(select(Notice.id)))) == before
    assert [entry["kind"] for entry in entries] == [
        "pass.mode", "pass.closed", "pass.reopened", "pass.left"]
    assert all(set(entry["facts"]) <= {"session", "party", "mode"} for entry in entries)


def test_has_no_door_where_nobody_stands(table: World) -> None:
    with pytest.raises(Missing):
        as_party(table, "ben", actions.close_door, table.ids["session"], table.ids["ben.party"])


def test_has_no_door_after_the_session(table: World) -> None:
    table.clock.move(days=14, hours=1)
    with pytest.raises(Refused) as refused:
        close(table)
    assert refused.value.reason is SessionNo.OVER


@pytest.fixture
def assisted(bound: World) -> World:
    """Give Ana and Ben with Eli as assistant by an agreement in force."""
    add_party(bound, "ASSISTANT", ELI)
    bound.ids["session"] = plan(bound)
    agree(bound, "eli")
    return bound


def test_shows_an_assistant_dates_places_and_changes_and_never_who_is_there(
    assisted: World
) -> None:
    guest_agreed(assisted, assisted.ids["session"], IVO, "ivo")
    (row,) = own(assisted, "eli").coming
    assert row.dates is not None
    assert (row.dates.place, row.mode, list(row.people), list(row.thirds)) == (
        "Room 4", None, [], [])
    cancel(assisted, assisted.ids["session"])
    (row,) = own(assisted, "eli").coming
    assert row.dates is not None
    assert row.dates.word == "cancelled"


def test_shows_an_assistant_dates_only_while_the_agreement_is_in_force(bound: World) -> None:
    add_party(bound, "ASSISTANT", ELI)
    plan(bound, days=30)
    with bound.ground.work(writes=False) as work:
        now = work.now
    assert list(own(bound, "eli").coming) == []
    agree(bound, "eli", Terms(now + 5 * DAY, now + 20 * DAY, now + 4 * DAY))
    assert list(own(bound, "eli").coming) == []
    bound.clock.move(days=5)
    assert len(own(bound, "eli").coming) == 1
    bound.clock.move(days=15)
    assert list(own(bound, "eli").coming) == []


def test_inv_24_names_on_the_coachees_page_who_else_can_open_the_dates(assisted: World) -> None:
    guest_agreed(assisted, assisted.ids["session"], IVO, "ivo")
    assert [(one.name, one.role) for one in own(assisted, "ben").seers] == [
        (ELI.name, "ASSISTANT"), (IVO.name, "GUEST")]
    close(assisted, "ivo")
    assert [one.name for one in own(assisted, "ben").seers] == [ELI.name]


def test_has_nothing_for_a_sponsor(bound: World) -> None:
    add_party(bound, "SPONSOR", CARLA)
    plan(bound)
    with pytest.raises(Missing):
        own(bound, "carla")
