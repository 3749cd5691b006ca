"""Mail and sealing survive a dead server and a killed worker; twice is once (Z16)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.engagements.actions import tell_coach
from portal.engagements.queries import by_id
from portal.evidence.jobs import seal_due
from portal.evidence.models import SealedFile
from portal.ground import chance
from portal.jobs import run_job
from portal.links.actions import state_of
from portal.notices.actions import Claimed, claim, has_due, settle
from portal.notices.models import Notice
from portal.notices.policy import (
    FEWEST_TRIES,
    GIVE_UP_AFTER,
    LEASE,
    MOST_TRIES,
    Attempt,
    Outcome,
    after_failure,
    pause_after,
)
from tests.builders import World, add_engagement, add_practice, conclude, issue, newest_invitation
from tests.cast import ANA, BEN
from tests.conftest import KEYS, NOW
from tests.mailroom import Mailroom, running


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give a mail server that the portal sends to, and an invitation that waits for it."""
    with running() as (mailroom, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_practice(world)
        add_engagement(world)
        issue(world)
        yield mailroom


def waiting(world: World) -> list[Notice]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Notice).where(Notice.topic != "seal")
                                         .order_by(Notice.created_at)))


def link_state(world: World) -> str:
    with world.ground.work(writes=False) as work:
        return state_of(work, newest_invitation(work, world.ids["ben"]))


def test_sends_the_invitation_and_wipes_its_content(world: World, room: Mailroom) -> None:
    assert link_state(world) == "CREATED"
    run_job(world.ground, "mail")
    assert link_state(world) == "SENT"
    [notice] = waiting(world)
    assert (notice.destination_enc, notice.values_enc) == (None, None)
    [mail] = room.mails
    assert mail["To"] == BEN.email
    assert mail["Subject"].startswith("Berg Coaching")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "/i/" in room.text()
    assert run_job(world.ground, "mail") == 0


def test_keeps_trying_while_the_server_is_dead_with_growing_pauses(
    world: World, room: Mailroom
) -> None:
    alive = world.ground.settings.smtp_url
    world.ground.settings = replace(world.ground.settings, smtp_url="smtp://127.0.0.1:1")
    pauses = []
    for _number in range(4):
        run_job(world.ground, "mail")
        [notice] = waiting(world)
        pauses.append(notice.due_at - world.clock.now())
        world.clock.move(seconds=pauses[-1].total_seconds())
    assert pauses == sorted(set(pauses))
    world.ground.settings = replace(world.ground.settings, smtp_url=alive)
    run_job(world.ground, "mail")
    assert len(room.mails) == 1


def test_brings_everything_once_after_a_day_without_a_mail_server(
    world: World, room: Mailroom
) -> None:
    """What came in before and during that day; after it nothing waits longer than its pause."""
    alive, dead = world.ground.settings.smtp_url, "smtp://127.0.0.1:1"
    world.ground.settings = replace(world.ground.settings, smtp_url=dead)
    for hour in range(24):
        put_beside(world, "not_me", f"in hour {hour}")
        run_job(world.ground, "mail")
        world.clock.move(minutes=59, seconds=59)
    assert room.mails == []
    assert {notice.settled_as for notice in waiting(world)} == {None}
    world.ground.settings = replace(world.ground.settings, smtp_url=alive)
    for _hour in range(7):
        run_job(world.ground, "mail")
        world.clock.move(hours=1)
    assert {notice.settled_as for notice in waiting(world)} == {"done"}
    assert sorted(mail["Message-ID"] for mail in room.mails) == sorted(
        f"<{notice.id}@127.0.0.1>" for notice in waiting(world))
    assert len(room.mails) == 1 + 24


def test_tries_again_after_a_full_mailbox_and_keeps_the_message_id(
    world: World, room: Mailroom
) -> None:
    room.answers = ["452 mailbox full"]
    run_job(world.ground, "mail")
    assert room.mails == []
    world.clock.move(minutes=2)
    run_job(world.ground, "mail")
    [notice] = waiting(world)
    assert room.mails[0]["Message-ID"] == f"<{notice.id}@127.0.0.1>"


def test_shows_an_address_that_does_not_exist(world: World, room: Mailroom) -> None:
    room.refuse = {BEN.email: "550 no such user"}
    run_job(world.ground, "mail")
    assert link_state(world) == "BOUNCED"
    [notice] = waiting(world)
    assert (notice.settled_as, notice.trouble) == ("bounced", "smtp_550")


def test_gives_up_after_three_days(world: World, room: Mailroom) -> None:
    """A clockwork that stood still for a week gives nothing up at the first no."""
    world.clock.move(days=7)
    room.answers = ["451 later"] * FEWEST_TRIES
    for _number in range(FEWEST_TRIES - 1):
        run_job(world.ground, "mail")
        [notice] = waiting(world)
        assert notice.settled_as is None
        world.clock.move(seconds=(notice.due_at - world.clock.now()).total_seconds())
    run_job(world.ground, "mail")
    [notice] = waiting(world)
    assert notice.settled_as == "given_up"


def test_sends_once_more_when_a_worker_died_before_it_could_say_so(
    world: World, room: Mailroom
) -> None:
    claimed = claim(world.ground, "mail")
    assert claimed is not None
    assert not has_due(world.ground, "mail")
    assert run_job(world.ground, "mail") == 0
    world.clock.move(seconds=LEASE.total_seconds())
    assert run_job(world.ground, "mail") == 1
    with world.ground.work(writes=True) as work:
        settle(work, claimed, Attempt(Outcome.LATER, "late"))
    assert waiting(world)[0].settled_as == "done"


def test_puts_the_same_notice_in_once(world: World, room: Mailroom) -> None:
    for _number in range(2):
        with world.ground.work(writes=True) as work:
            tell_coach(work, by_id(work, world.ids["engagement"]), "not_me", dedupe="once")
    assert len(waiting(world)) == 2


def claimed(**changes: str | None) -> Claimed:
    """Return a mail in hand."""
    values: dict[str, Any] = {
        "id": "1", "topic": "mail", "practice_id": "p", "engagement_id": "e", "subject_id": None,
        "recipient_id": "a", "name": "not_me", "destination": ANA.email, "values": {},
        "attempts": 1, "created_at": NOW}
    return Claimed(**{**values, **changes})


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (5, 16), (9, 256), (40, 360)])
def test_doubles_the_pause_up_to_six_hours(attempts: int, minutes: int) -> None:
    assert pause_after(attempts).total_seconds() == minutes * 60


@pytest.mark.parametrize(("topic", "age", "attempts", "outcome"), [
    ("mail", GIVE_UP_AFTER, FEWEST_TRIES, Outcome.GIVEN_UP),
    ("mail", GIVE_UP_AFTER, FEWEST_TRIES - 1, Outcome.LATER),
    ("news", GIVE_UP_AFTER / 2, FEWEST_TRIES * 2, Outcome.LATER),
    ("seal", GIVE_UP_AFTER * 99, FEWEST_TRIES * 99, Outcome.LATER),
])
def test_knows_when_to_give_up(
    topic: str, age: timedelta, attempts: int, outcome: Outcome
) -> None:
    assert after_failure(topic, age, attempts, "x").outcome is outcome


@pytest.mark.parametrize(("answers", "trouble", "settled"), [
    (["550 this looks like junk"], "data_550", "bounced"),
    (["452 full"], "data_452", None),
])
def test_tells_a_refused_mail_from_a_refused_address(
    world: World, room: Mailroom, answers: list[str], trouble: str, settled: str | None
) -> None:
    room.answers = answers
    run_job(world.ground, "mail")
    [notice] = waiting(world)
    assert (notice.trouble, notice.settled_as) == (trouble, settled)


def test_blames_nobody_where_the_server_refuses_the_portals_own_address(
    world: World, room: Mailroom
) -> None:
    room.sender = "553 not yours"
    run_job(world.ground, "mail")
    [notice] = waiting(world)
    assert (notice.trouble, notice.settled_as) == ("sender_553", None)
    assert link_state(world) == "CREATED"
    room.sender = ""
    world.clock.move(minutes=1)
    run_job(world.ground, "mail")
    assert len(room.mails) == 1


def put_beside(world: World, name: str, when: str = "beside") -> None:
    """Put one more mail into the outbox, after what waits there."""
    world.clock.move(seconds=1)
    with world.ground.work(writes=True) as work:
        tell_coach(work, by_id(work, world.ids["engagement"]), name, dedupe=f"{name} {when}")


def test_sets_a_mail_aside_that_cannot_be_written_and_sends_the_others(
    world: World, room: Mailroom
) -> None:
    put_beside(world, "no_such_template")
    put_beside(world, "not_me")
    run_job(world.ground, "mail")
    assert [mail["To"] for mail in room.mails] == [BEN.email, ANA.email]
    for _number in range(FEWEST_TRIES):
        world.clock.move(hours=6)
        run_job(world.ground, "mail")
    [broken] = [notice for notice in waiting(world) if notice.name == "no_such_template"]
    assert (broken.settled_as, broken.trouble, broken.attempts) == (
        "given_up", "broke_TemplateNotFound", FEWEST_TRIES)
    assert broken.values_enc is None


def test_sets_a_mail_aside_whose_key_was_destroyed_and_sends_the_others(
    world: World, room: Mailroom
) -> None:
    put_beside(world, "not_me")
    [invitation, _other] = waiting(world)
    with world.ground.work(writes=True) as work:
        work.session.execute(update(Notice).where(Notice.id == invitation.id)
                             .values(key_id=chance.new_id()))
    run_job(world.ground, "mail")
    assert [mail["To"] for mail in room.mails] == [ANA.email]
    [lost] = [notice for notice in waiting(world) if notice.id == invitation.id]
    assert (lost.settled_as, lost.trouble) == ("given_up", "broke_key_is_gone")


def test_sets_a_mail_aside_of_which_every_worker_dies(world: World, room: Mailroom) -> None:
    for _number in range(MOST_TRIES):
        assert claim(world.ground, "mail") is not None
        world.clock.move(seconds=LEASE.total_seconds())
    assert claim(world.ground, "mail") is None
    [notice] = waiting(world)
    assert (notice.settled_as, notice.trouble) == ("given_up", "broke_too_often")


def papers(world: World) -> list[tuple[str, str]]:
    with world.ground.work(writes=False) as work:
        return sorted((row.edition, row.occasion) for row in work.session.execute(
            select(SealedFile.edition, SealedFile.occasion)))


def test_seals_both_editions_and_the_coachees_anew_after_the_voice_check(world: World) -> None:
    conclude(world)
    seal_due(world.ground)
    assert papers(world) == [("coachee", "signed"), ("coachee", "vouched"), ("common", "signed")]
    assert seal_due(world.ground) == 0


def test_seals_what_a_killed_worker_left(world: World, database_url: str) -> None:
    """It is killed by the system in the middle of its work, and another one finishes."""
    conclude(world)
    environment = {
        **os.environ, "PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": KEYS["secret_key"],
        "PORTAL_LINK_KEY": KEYS["link_key"], "PORTAL_MASTER_KEY": KEYS["master_key"],
        "PORTAL_INSTANCE_DIR": str(world.ground.settings.instance_dir),
    }
    script = ("import os, signal\n"
              "import portal.evidence.jobs as jobs\n"
              "from portal.cli import _ground, _settings\n"
              "from portal.notices.actions import claim\n"
              "with _ground(_settings()) as ground: claim(ground, 'seal')\n"
              "os.kill(os.getpid(), signal.SIGKILL)\n")
    world.ground.engine.dispose()
    killed = subprocess.run([sys.executable, "-c", script], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    seal_due(world.ground)
    world.clock.move(hours=24 * 365)
    seal_due(world.ground)
    assert papers(world) == [("coachee", "signed"), ("coachee", "vouched"), ("common", "signed")]
