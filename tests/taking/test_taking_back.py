"""Taking back: it counts in the transaction that records it, and ends permits alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.agreements.policy import state
from portal.agreements.queries import standing_of_one
from portal.desk.policy import Spoken
from portal.desk.queries.own import own_versions
from portal.engagements.policy import Mandatory, engagement_state
from portal.jobs import run_job
from portal.notices.models import Notice
from portal.plain.errors import Missing, Refused
from portal.sharing.policy import Code, decide
from portal.signing.queries import seat_of
from portal.taking.policy import Told
from tests.builders import World, come_again, issue, opened, read_all, sign, vouch_for
from tests.cast import ANA, BEN, CARLA
from tests.people.outbox import waiting
from tests.sharing.table import DATES, GOALS, NOTES, load, person
from tests.signing.table import ben_signs, set_table, signs, states
from tests.taking.acts import code, entries, step_out, take_line, take_whole

ATTENDANCE = {"category": "LOG.ATTENDANCE", "purpose": "billing", "channel": "portal",
              "form": "fact"}
BILLING = {**ATTENDANCE, "category": "LOG.BILLING"}
#: The lines of T2 by their numbers: what counts for all, then what Ben answered.
RUNNING, OF_GOALS = 1, 2


def engagement_now(world: World) -> str:
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        return engagement_state(world.ids["engagement"], standing.events,
                                Mandatory(standing.mandatory_spans(work.now)), work.now)


def test_inv_7_answers_no_from_the_instant_that_a_line_is_taken_back(table: World) -> None:
    assert code(table, "carla", GOALS) is Code.GRANT
    assert take_line(table, "T2", OF_GOALS)
    assert code(table, "carla", GOALS) is Code.WITHDRAWN
    assert entries(table, "line.withdrawn") == [
        {"line": OF_GOALS, "categories": None, "by": table.ids["ben.party"], "told": "portal"}]


def test_takes_back_one_kind_of_information_and_leaves_the_rest(table: World) -> None:
    assert code(table, "carla", ATTENDANCE) is Code.GRANT
    assert take_line(table, "T2", RUNNING, categories=["LOG.BILLING"])
    assert code(table, "carla", BILLING) is Code.WITHDRAWN
    assert code(table, "carla", ATTENDANCE) is Code.GRANT
    assert take_line(table, "T2", RUNNING)
    assert code(table, "carla", ATTENDANCE) is Code.WITHDRAWN


def test_takes_a_line_back_once_however_often_it_is_told(table: World) -> None:
    assert take_line(table, "T2", OF_GOALS)
    assert not take_line(table, "T2", OF_GOALS)
    assert not take_line(table, "T2", OF_GOALS, categories=["PRG.GOALS"])
    assert not take_line(table, "T2", OF_GOALS, Told.PHONE)
    assert len(entries(table, "line.withdrawn")) == 1
    assert [mail.to for mail in waiting(table, "taken_back", "taken_by_phone")] == [ANA.email]


@pytest.mark.parametrize("number", [6, 7, 99])
def test_takes_back_no_line_that_permits_nothing(table: World, number: int) -> None:
    with pytest.raises(Refused):
        take_line(table, "T2", number)
    assert entries(table, "line.withdrawn") == []


def test_takes_back_no_kind_of_information_that_is_not_in_the_line(table: World) -> None:
    with pytest.raises(Refused):
        take_line(table, "T2", RUNNING, categories=["PRG.GOALS"])


def test_inv_21_leaves_noes_and_duties_when_everything_is_taken_back(table: World) -> None:
    assert take_whole(table) == 4
    assert set(states(table).values()) == {"WITHDRAWN"}
    loaded = load(table)
    open_again = replace(loaded.world, state="ACTIVE")
    for question, expected in ((GOALS, Code.WITHDRAWN), (NOTES, Code.EXPLICIT_DENY)):
        assert decide(open_again, {**question, "recipient": person(loaded, "carla"),
                                   "time": loaded.at}).code is expected
    assert take_whole(table) == 0
    assert len(entries(table, "version.withdrawn")) == 4
    assert len(waiting(table, "taken_back")) == 1


def test_inv_2_pauses_when_a_mandatory_text_is_taken_back_and_goes_on_with_a_new_one(
    table: World,
) -> None:
    assert engagement_now(table) == "ACTIVE"
    take_whole(table, "T1")
    assert states(table)["T1"] == "WITHDRAWN"
    assert engagement_now(table) == "PAUSED"
    assert code(table, "carla", GOALS) is Code.ENGAGEMENT_PAUSED
    assert code(table, "eli", DATES) is Code.GRANT
    table.clock.move(seconds=1)
    issue(table)
    come_again(table)
    read_all(table)
    sign(table)
    assert engagement_now(table) == "ACTIVE"
    assert code(table, "carla", GOALS) is Code.GRANT


def test_takes_back_before_it_is_in_force_what_then_never_opens(world: World) -> None:
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    assert take_line(world, "T2", OF_GOALS)
    signs(world, "carla")
    for key in ("ben", "carla"):
        vouch_for(world, key)
    assert states(world)["T2"] == "IN_FORCE"
    assert code(world, "carla", GOALS) is Code.WITHDRAWN
    assert code(world, "carla", ATTENDANCE) is Code.GRANT


def test_z4_ends_what_is_not_concluded_as_if_nobody_had_answered(world: World) -> None:
    """Others go on to sign, without effect, and the coach hears of it on the last day."""
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    assert take_whole(world, "T2") == 1
    assert take_whole(world, "T2") == 0
    assert states(world)["T2"] == "DECLINED"
    assert waiting(world, "taken_back") == []
    signs(world, "carla")
    for key in ("ben", "carla"):
        vouch_for(world, key)
    assert states(world)["T2"] == "DECLINED"
    assert engagement_now(world) == "CONTRACTING"
    # No paper says that everyone has signed, and Carla does not see that Ben once had.
    with world.ground.work(writes=False, actor=world.party("carla")) as work:
        assert world.ids["T2"] not in set(work.session.scalars(
            select(Notice.subject_id).where(Notice.topic == "seal")))
        (card,) = own_versions(work, seat_of(work))
        assert (card.word, card.signed) == (Spoken.OPEN, ())
    world.clock.move(days=15)
    run_job(world.ground, "deadlines")
    assert {mail.to for mail in waiting(world, "not_concluded")} >= {
        ANA.email, BEN.email, CARLA.email}


def test_z13_lets_the_coach_write_down_what_was_told_by_phone(table: World) -> None:
    assert take_line(table, "T2", OF_GOALS, Told.PHONE)
    assert code(table, "carla", GOALS) is Code.WITHDRAWN
    assert entries(table, "line.withdrawn")[0]["told"] == "phone"
    told = waiting(table, "taken_by_phone")
    assert [mail.to for mail in told] == [BEN.email]
    assert "goals" not in " ".join(told[0].values.values()).lower()
    assert waiting(table, "taken_back") == []
    assert take_whole(table, "T3", told=Told.PHONE) == 1
    assert code(table, "eli", DATES) is Code.WITHDRAWN


def test_z3_tells_nobody_else_by_mail(table: World) -> None:
    before = {mail.to for mail in waiting(table, "invitation")}
    take_line(table, "T2", OF_GOALS)
    take_whole(table, "T3")
    assert before
    assert {mail.to for mail in waiting(table, "taken_back", "not_concluded", "return")} == {
        ANA.email}


@pytest.mark.parametrize(("key", "text", "question"), [
    ("carla", "T2", GOALS), ("eli", "T3", DATES)])
def test_ends_the_lines_of_somebody_who_steps_out_and_keeps_their_duties(
    table: World, key: str, text: str, question: dict[str, str]
) -> None:
    assert step_out(table, key)
    assert not step_out(table, key)
    assert states(table)[text] == "WITHDRAWN"
    assert states(table)["T1"] == "IN_FORCE"
    assert engagement_now(table) == "ACTIVE"
    assert code(table, key, question) is Code.WITHDRAWN
    assert len(waiting(table, "stepped_out")) == 1
    with table.ground.work(writes=False) as work:
        facts = standing_of_one(work, table.ids["engagement"]).version(table.ids[text])
        assert state(facts, work.now) == "WITHDRAWN"


def test_lets_neither_coach_nor_coachee_step_out(table: World) -> None:
    with pytest.raises(Missing):
        step_out(table, "ben")


def test_can_be_stepped_out_of_before_anything_is_signed(world: World) -> None:
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    world.clock.move(seconds=1)
    opened(world, "eli")
    assert step_out(world, "eli")
    assert states(world)["T3"] == "DECLINED"
