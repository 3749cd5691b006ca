"""The world as it is loaded answers what was signed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bench.board import queries
from portal.agreements.actions import withdraw
from portal.agreements.models import Signature
from portal.agreements.queries import standing_of_one
from portal.engagements.actions import hold
from portal.engagements.models import Party
from portal.handing import actions as handing
from portal.handing.policy import Answer
from portal.issuing import actions as issuing
from portal.issuing.actions import TermsValues
from portal.reaching.actions import refuse
from portal.sessions.actions import close_door, open_door
from portal.sharing.policy import Code
from portal.sharing.queries import world_of
from portal.signing.actions import decline, take_seat
from portal.web.words import today
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_party,
    add_practice,
    come_again,
    conclude,
    issue,
    opened,
    read_all,
    settle,
    sign,
    vouch_for,
)
from tests.cast import ANSWERS, DORA, GUS, Character
from tests.reviewing import look_again
from tests.sessions.world import (
    agreement_with,
    as_party,
    bring_in,
    freeze_terms,
    move,
    plan,
    sign_all,
)
from tests.sharing.table import (
    CASE,
    DATES,
    GOALS,
    HELP,
    NOTES,
    ROOM,
    asked,
    load,
    person,
    record,
    seat_everyone,
)
from tests.signing.table import ben_signs, set_table, signs
from tests.web.stage import a_world

PROGRESS = GOALS | {"category": "PRG.PROGRESS"}
STATUS = {"category": "ENG.STATUS", "purpose": "billing", "channel": "email_work", "form": "fact"}
IVO = Character("Ivo Imhof", "ivo@posteo.example")
TOOL = {"category": "CNT.RECORDING", "purpose": "record", "channel": "in_session",
        "form": "report"}
VISIT = ROOM | {"purpose": "named_session"}
#: The first instant after the last day of T2 in Vienna, six months from the day of issue.
END = datetime(2027, 5, 22, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def table(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a world with T1 to T4 in force, in which these tests only ask."""
    with a_world(empty_database, tmp_path_factory.mktemp("table")) as (world, _app):
        seat_everyone(world)
        yield world


@pytest.fixture
def seated(world: World) -> World:
    """Give a world with T1 to T4 in force, to do something in."""
    seat_everyone(world)
    return world


def codes(world: World, **questions: dict[str, str]) -> list[str]:
    """Return the reasons for questions about people by first name."""
    return [asked(world, who, question).code for who, question in questions.items()]


@pytest.mark.parametrize(("who", "question", "code", "template"), [
    ("carla", GOALS, "GRANT", "T2"), ("carla", STATUS, "GRANT", "T2"),
    ("carla", NOTES, "EXPLICIT_DENY", "T1 or T2"),
    ("carla", GOALS | {"channel": "video"}, "WRONG_CHANNEL", "T2"),
    ("carla", GOALS | {"form": "report"}, "FORM_TOO_DETAILED", "T2"),
    ("carla", GOALS | {"purpose": "evaluate"}, "WRONG_PURPOSE", "T2"),
    ("carla", GOALS | {"category": "PRG.ACTIONS"}, "DEFAULT_DENY", ""),
    ("carla", GOALS | {"category": "PRG.OUTCOME", "purpose": "evaluate"}, "NOT_YET", "T2"),
    ("carla", GOALS | {"purpose": "appraisal"}, "EXPLICIT_DENY", "T1 or T2"),
    ("carla", GOALS | {"channel": "hr_file"}, "LK3_HR_FILE", ""),
    ("carla", GOALS | {"category": "SAF.RISK"}, "LK8_CASE_ONLY", ""),
    ("dev", HELP, "GRANT", "T2"), ("dev", NOTES, "EXPLICIT_DENY", "T1 or T2"),
    ("eli", DATES, "GRANT", "T3"), ("eli", NOTES, "LK4_ASSISTANT_LOGISTICS_ONLY", ""),
    ("gus", ROOM, "GRANT", "T4"), ("gus", GOALS, "EXPLICIT_DENY", "T4"),
    ("fay", CASE, "GRANT", "T1"), ("fay", NOTES, "EXPLICIT_DENY", "T1"),
    ("fay", CASE | {"form": "raw"}, "LK1_RAW_NOTES", ""),
])
def test_answers_by_what_was_signed(
    table: World, who: str, question: dict[str, str], code: str, template: str
) -> None:
    found = asked(table, who, question)
    assert found.code == code
    assert found.template in template.split(" or ")
    assert bool(found.sentence) == bool(template)


def test_inv_19_knows_people_by_name_and_nobody_else(table: World) -> None:
    loaded = load(table)
    assert sorted((who.name, who.role) for who in loaded.people.values()) == [
        ("Ana Berg", "COACH"), ("Ben Adler", "COACHEE"), ("Carla Conti", "SPONSOR"),
        ("Dev Desai", "LINE_MANAGER"), ("Eli Engel", "ASSISTANT"), ("Fay Okafor", "SUPERVISOR"),
        ("Gus Groth", "SUPPORTER"), ("International Coaching Federation", "PROF_BODY")]
    assert load(table).people.keys() == loaded.people.keys(), "the ids stay the same"
    assert all(len(who.id) == 32 for who in loaded.people.values())


def test_inv_15_sends_ben_nothing_of_the_coaching_to_his_work_mail(table: World) -> None:
    own = {"category": "CNT.NOTES", "purpose": "self", "form": "raw"}
    assert asked(table, "ben", own, channel="email_work").code == Code.LK2_EMPLOYER_CHANNEL
    assert asked(table, "ben", own, channel="email_private").code == Code.OWN_INFORMATION


def test_inv_21_ends_the_yes_with_the_text_and_not_the_no(seated: World) -> None:
    look_again(seated)
    for at, code in ((END - timedelta(microseconds=1), Code.GRANT), (END, Code.EXPIRED)):
        assert asked(seated, "carla", GOALS, at).code == code
    later = END + timedelta(days=700)
    assert asked(seated, "carla", NOTES, later).code == Code.EXPLICIT_DENY
    assert asked(seated, "ben", {**NOTES, "purpose": "self"}, later).code == Code.OWN_INFORMATION


def test_sleeps_when_it_is_not_looked_at_again(seated: World) -> None:
    look_again(seated, "COACH", "SPONSOR", keys=("T2",))
    look_again(seated, "COACH", "COACHEE", keys=("T3",))
    asleep = END - timedelta(days=60)
    assert [asked(seated, who, what, asleep).code for who, what in (
        ("carla", GOALS), ("eli", DATES))] == [Code.SUSPENDED, Code.SUSPENDED]
    # The assistant's own silence closes what the assistant gets, and nothing else (2.5).
    look_again(seated, "COACHEE", keys=("T2",))
    assert [asked(seated, who, what, asleep).code for who, what in (
        ("carla", GOALS), ("eli", DATES))] == [Code.GRANT, Code.SUSPENDED]


def test_inv_4_and_inv_6_open_nothing_before_all_have_signed_and_hear_bens_no_at_once(
    world: World,
) -> None:
    set_table(world, "carla", "eli", "gus")
    assert codes(world, carla=GOALS, eli=DATES) == ["ENGAGEMENT_NOT_OPEN"] * 2
    ben_signs(world)
    vouch_for(world)
    assert codes(world, fay=CASE, eli=DATES) == ["ENGAGEMENT_NOT_OPEN"] * 2
    signs(world, "carla")
    assert codes(world, carla=GOALS) == ["ENGAGEMENT_NOT_OPEN"]  # Carla is not vouched for yet
    vouch_for(world, "carla")
    assert codes(world, carla=GOALS, eli=DATES) == ["GRANT", "NOT_IN_FORCE"]
    add_party(world, "SUPPORTER", IVO, asked=True)
    settle(world)
    issue(world)  # a text that Ben has not seen yet
    assert codes(world, ivo=ROOM) == ["NO_COACHEE_CONSENT"]
    # Gus never signs: what Ben said no to with him holds all the same.
    assert codes(world, gus=NOTES) == ["EXPLICIT_DENY"]
    assert asked(world, "gus", GOALS).template == "T4"


def test_keeps_a_whole_text_closed_while_a_voice_is_still_to_be_heard(world: World) -> None:
    """Z8, Z23."""
    add_practice(world)
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    (version,) = load(world).world.versions
    assert version.held
    assert version.signatures.keys() == set(version.required)
    vouch_for(world)
    assert not load(world).world.versions[0].held
    assert codes(world, fay=CASE) == ["GRANT"]


def test_hears_a_refused_line_and_no_other(world: World) -> None:
    seat_everyone(world, "no")
    assert codes(world, carla=GOALS, fay=CASE, dev=HELP) == ["OPTION_REFUSED"] * 3
    assert codes(world, carla=STATUS, eli=DATES) == ["GRANT"] * 2


def test_inv_7_takes_back_a_line_a_category_and_all_of_a_text(seated: World) -> None:
    world = seated
    number = next(line.number for line in load(world).lines.values()
                  if line.template == "T2" and "the agreed goals" in line.sentence)
    record(world, "line.withdrawn", world.ids["T2"], line=number, categories=None)
    assert codes(world, carla=GOALS) == ["WITHDRAWN"]
    assert asked(world, "carla", PROGRESS).code == Code.GRANT
    record(world, "line.withdrawn", world.ids["T3"], line=1, categories=["LOG.ADMIN"])
    assert codes(world, eli=DATES) == ["GRANT"]
    assert asked(world, "eli", DATES | {"category": "LOG.ADMIN"}).code == Code.WITHDRAWN
    world.clock.move(seconds=1)
    with world.ground.work(writes=True, actor=world.party()) as work:
        engagement = hold(work, world.ids["engagement"])
        facts = standing_of_one(work, engagement.id).version(world.ids["T1"])
        withdraw(work, engagement, facts)
    assert codes(world, fay=CASE) == ["ENGAGEMENT_PAUSED"]  # INV-2: T1 is mandatory
    assert codes(world, eli=DATES) == ["GRANT"]  # dates go on
    assert asked(world, "fay", CASE | {"purpose": "appraisal"}).code == Code.ENGAGEMENT_PAUSED


def test_knows_who_has_left_and_whom_ben_refused(seated: World) -> None:
    """Z23."""
    world = seated
    record(world, "party.removed", world.ids["eli.party"])
    assert codes(world, eli=DATES, carla=GOALS) == ["RECIPIENT_NOT_BOUND", "GRANT"]
    with world.ground.work(writes=True, actor=world.party()) as work:
        gus = work.session.get_one(Party, world.ids["gus.party"])
        refuse(work, hold(work, gus.engagement_id), gus)
    assert load(world).people[world.ids["gus.party"]].left_at is not None
    assert codes(world, gus=ROOM)[0] in ("WITHDRAWN", "RECIPIENT_NOT_BOUND")


def test_sleeps_and_wakes(seated: World) -> None:
    """A doubted signature puts to sleep what goes to that person, Ben's own all of it (Z14)."""
    world = seated
    with world.ground.work(writes=False) as work:
        standing = standing_of_one(work, world.ids["engagement"])
        t2 = standing.version(world.ids["T2"])
        signature = {slot.role: next(s.signature_id for s in t2.signed if s.slot_id == slot.slot_id)
                     for slot in t2.slots}
    asleep, awake = ["SUSPENDED", "GRANT"], ["GRANT", "GRANT"]
    record(world, "signature.disputed", signature["SPONSOR"])
    assert codes(world, carla=GOALS, dev=HELP) == asleep
    world.clock.move(seconds=1)
    record(world, "signature.upheld", signature["SPONSOR"])
    assert codes(world, carla=GOALS, dev=HELP) == awake
    record(world, "signature.disputed", signature["COACHEE"])
    # T2 is mandatory: with all of it asleep the engagement rests (INV-2).
    assert codes(world, carla=GOALS, dev=HELP) == ["ENGAGEMENT_PAUSED"] * 2
    assert codes(world, eli=DATES) == ["GRANT"]
    (text,) = [one for one in load(world).world.versions if one.id == world.ids["T2"]]
    assert any(sleep.party is None and sleep.ends is None for sleep in text.suspended)
    world.clock.move(seconds=1)
    record(world, "signature.upheld", signature["COACHEE"])
    record(world, "signature.repudiated", signature["SPONSOR"])
    assert codes(world, carla=GOALS, eli=DATES) == ["ENGAGEMENT_PAUSED", "GRANT"]


def test_inv_3_goes_by_the_newer_text_once_that_is_in_force(seated: World) -> None:
    world = seated
    nothing = asked(world, "eli", GOALS, channel="portal").code
    newer = freeze_terms(world, agreement_with(world, "eli"))
    world.clock.move(seconds=1)
    assert codes(world, eli=DATES) == ["GRANT"], "an offer alone changes nothing"
    sign_all(world, newer)
    old = next(v for v in load(world).world.versions if v.id == world.ids["T3"])
    assert old.superseded_at == world.clock.now()
    assert codes(world, eli=DATES) == ["SUPERSEDED"]
    assert nothing == Code.LK4_ASSISTANT_LOGISTICS_ONLY


def test_keeps_bens_no_in_a_text_that_another_declined(world: World) -> None:
    """Z23, INV-6."""
    set_table(world, "carla", "eli", "gus")
    ben_signs(world)
    signs(world, "carla")
    vouch_for(world)
    vouch_for(world, "carla")
    world.clock.move(seconds=1)
    opened(world, "gus")
    with world.ground.work(writes=True, actor=world.party("gus")) as work:
        decline(work, world.ids["T4"])
    assert codes(world, gus=ROOM, eli=DATES) == ["NOT_IN_FORCE"] * 2
    assert asked(world, "gus", GOALS).template == "T4"
    world.clock.move(days=20)
    assert codes(world, gus=ROOM, eli=DATES) == ["NOT_IN_FORCE"] * 2
    assert asked(world, "gus", GOALS).code == Code.EXPLICIT_DENY


def guest_signs(world: World, session: str) -> None:
    """Let Gus be asked into one session, and everybody sign the addendum."""
    bring_in(world, session, GUS)
    issue(world)
    come_again(world)
    read_all(world)
    sign(world)
    world.clock.move(seconds=1)
    (come_again if "gus.invitation" in world.ids else opened)(world, "gus")
    read_all(world, "gus")
    assert isinstance(sign(world, "gus"), Signature)


def test_inv_9_lets_a_guest_hear_one_session_until_it_ends(world: World) -> None:
    conclude(world)
    one, other = plan(world), plan(world, days=21)
    guest_signs(world, one)
    (_code, starts, ends), (_other, second, _end) = load(world).sessions

    def visit(at: datetime, session: str | None = "S1") -> Code:
        return asked(world, "gus", VISIT, at, session=session).code

    assert [visit(at) for at in (world.clock.now(), starts, ends - timedelta(microseconds=1), ends)
            ] == ["NOT_YET", "GRANT", "GRANT", "EXPIRED"]
    assert [visit(starts, session) for session in ("S2", None)] == ["EXPLICIT_DENY"] * 2
    assert asked(world, "gus", GOALS, starts, session="S2").template == "T5"
    as_party(world, "ben", close_door, one, world.ids["gus.party"])
    found = asked(world, "gus", VISIT, starts, session="S1")
    assert found.code == Code.EXPLICIT_DENY
    assert load(world).doors[found.decision.by or ""] == (world.ids["gus.party"], "S1")
    as_party(world, "ben", open_door, one, world.ids["gus.party"])
    assert visit(starts) == Code.GRANT
    # The same guest may come twice: the text about one session does not close the other.
    guest_signs(world, other)
    assert [visit(starts), visit(second, "S2")] == ["GRANT"] * 2
    assert visit(second, "S3") == Code.EXPLICIT_DENY
    # A session that is brought forward takes its text along.
    move(world, one, days=-0.01)
    assert visit(ends - timedelta(minutes=10)) == Code.EXPIRED


def test_lets_a_named_tool_record_with_bens_yes_alone(world: World) -> None:
    """LK1 keeps the record itself from everybody, so the line goes as far as what is spoken."""
    add_practice(world)
    add_engagement(world)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        issuing.save_terms(work, issuing.own(work, world.ids["engagement"]), TermsValues(
            today(work.now), ANSWERS | {"recording.tool": "Noteline",
                                        "recording.place": "servers of Noteline in Ireland"}))
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    vouch_for(world)
    found = asked(world, "noteline", TOOL)
    assert found.code == Code.GRANT
    assert "in as much detail as is spoken there" in found.sentence
    assert asked(world, "noteline", TOOL | {"form": "raw"}).code == Code.LK1_RAW_NOTES
    assert asked(world, "noteline", TOOL | {"category": "CNT.NOTES"}).code == Code.EXPLICIT_DENY
    number = int((found.decision.by or "").rpartition(":")[2])
    record(world, "line.withdrawn", world.ids["version"], line=number, categories=None)
    assert asked(world, "noteline", TOOL).code == Code.WITHDRAWN


def test_knows_no_helper_and_tells_a_new_coach_nothing_from_before(world: World) -> None:
    conclude(world)
    world.ids["ben.engagement"] = world.ids["engagement"]
    add_colleague(world, DORA, "dora")
    world.clock.move(minutes=1)
    with world.ground.work(writes=True, actor=world.coach()) as work:
        handing.propose(work, issuing.own(work, world.ids["engagement"]), world.ids["dora"])
    world.clock.move(minutes=1)
    with world.ground.work(writes=True, actor=world.party()) as work:
        handing.answer(work, take_seat(work), Answer.YES)
    loaded = load(world)
    assert (loaded.lines, loaded.world.state) == ({}, "PAUSED")
    assert {who.role for who in loaded.people.values()} == {"COACH", "COACHEE"}
    assert [line.effect for version in loaded.world.versions for line in version.lines] == [
        "deny"] * 3, "Ben's noes hold on"
    assert person(loaded, "dora") != person(loaded, "ana")
    assert asked(world, "dora", NOTES).code == Code.ENGAGEMENT_PAUSED


def test_asks_as_few_questions_for_eight_people_as_for_two(world: World) -> None:
    def count() -> float:
        def ask() -> None:
            with world.ground.work(writes=False) as work:
                assert world_of(work, world.ids["engagement"]).versions

        return queries(world.ground.engine, ask)

    add_practice(world)
    add_engagement(world)
    issue(world)
    two = count()
    for number, role in enumerate(("SPONSOR", "LINE_MANAGER", *["ASSISTANT", "SUPPORTER"] * 2)):
        add_party(world, role, Character(f"Kim{number} Kuhn", f"kim{number}@posteo.example"))
    settle(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)
    plan(world)
    assert len(load(world).world.parties) == 8 + 2
    assert count() == two <= 15

