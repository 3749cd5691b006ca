"""A checkpoint comes by mail to the owner who wishes it, and is checked with openssl alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from portal.evidence.models import Seal
from portal.ground.signednote import read_note
from portal.jobs import run_job
from portal.ledger.models import Entry
from portal.notices.models import Notice
from portal.people.actions.members import change_role
from portal.people.models import Account
from portal.people.policy import Role
from portal.witness.actions import take_checkpoint, wish_checkpoints
from portal.witness.jobs import take_checkpoints
from portal.witness.models import Checkpoint
from portal.witness.policy import Fault, Trouble, key_name, text_hash
from portal.witness.queries import examine
from tests.builders import (
    World,
    add_colleague,
    add_engagement,
    add_practice,
    issue,
    opened,
    read_all,
    sign,
)
from tests.cast import ANA, DORA, OLGA
from tests.doors.test_cli import Shell
from tests.mailroom import Mailroom, running
from tests.pages import Browser
from tests.plugins.needs import tool
from tests.tampering import past_the_triggers

if TYPE_CHECKING:
    from flask import Flask

PATH = "/practice/record"


@pytest.fixture
def room(world: World) -> Iterator[Mailroom]:
    """Give the mailroom of a practice with an owner, Ana, and a coach, Dora."""
    with running() as (room, url):
        world.ground.settings = replace(world.ground.settings, smtp_url=url)
        add_practice(world)
        add_colleague(world, DORA, "dora")
        yield room


def wishes(world: World, key: str = "ana", *, wanted: bool = True) -> bool:
    with world.ground.work(writes=True, actor=world.coach(key)) as work:
        return wish_checkpoints(work, world.ids["ana.practice"], world.ids[f"{key}.account"],
                                wanted=wanted)


def night(world: World, days: int = 1) -> None:
    world.clock.move(days=days)
    take_checkpoints(world.ground)
    run_job(world.ground, "mail")


def notes(room: Mailroom) -> list[EmailMessage]:
    return [mail for mail in room.mails if str(mail["Subject"]) == "Berg Coaching: a note to keep"]


def checkpoints(world: World) -> list[Checkpoint]:
    with world.ground.work(writes=False) as work:
        return list(work.session.scalars(select(Checkpoint).order_by(Checkpoint.number)))


def body(mail: EmailMessage) -> str:
    found = mail.get_body(("plain",))
    assert found is not None
    return str(found.get_content())


def kept(mail: EmailMessage, folder: Path) -> None:
    """Save what is attached, as its reader would."""
    for part in mail.iter_attachments():
        raw = part.get_payload(decode=True)
        assert isinstance(raw, bytes)
        (folder / str(part.get_filename())).write_bytes(raw)


def test_comes_to_nobody_who_did_not_ask(world: World, room: Mailroom) -> None:
    night(world)
    assert len(checkpoints(world)) == 1
    assert notes(room) == []


@pytest.mark.needs("openssl")
def test_is_checked_by_the_commands_in_the_mail(
    world: World, room: Mailroom, tmp_path: Path
) -> None:
    assert wishes(world)
    night(world)
    [mail] = notes(room)
    assert mail["To"] == ANA.email
    kept(mail, tmp_path)
    assert {path.name for path in tmp_path.glob("*.*")} >= {"checkpoint-1.txt", "seal.pem"}
    lines = body(mail).splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("head "))
    commands = "\n".join(lines[first:first + 4]).replace("openssl", str(tool("openssl")))
    told = subprocess.run(["/bin/sh", "-e", "-c", commands], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert told.stdout.strip() == "Verified OK", told.stderr
    changed = (tmp_path / "checkpoint-1.txt").read_text("utf-8").replace("checkpoint 1", "c 2")
    (tmp_path / "checkpoint-1.txt").write_text(changed, "utf-8")
    told = subprocess.run(["/bin/sh", "-c", commands], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert "Verified OK" not in told.stdout


def test_holds_the_note_that_is_in_the_database(
    world: World, room: Mailroom, tmp_path: Path
) -> None:
    wishes(world)
    night(world)
    kept(notes(room)[0], tmp_path)
    note = (tmp_path / "checkpoint-1.txt").read_text("utf-8")
    with world.ground.work(writes=False) as work:
        seal = work.session.scalars(select(Seal)).one()
    text = read_note(note, key_name(world.ids["ana.practice"]), seal.certificate_pem)
    assert text is not None
    assert text_hash(text) == checkpoints(world)[0].hash
    assert (tmp_path / "seal.pem").read_bytes() == seal.certificate_pem


def test_z4_comes_each_night_and_looks_the_same_whether_or_not_anything_happened(
    world: World, room: Mailroom
) -> None:
    sign_terms(world)
    wishes(world)
    night(world)  # after much
    night(world)  # after nothing
    night(world)
    assert [one.number for one in checkpoints(world)] == [1, 2, 3]
    said = [body(mail).replace(f"number {n}", "#").replace(f"checkpoint-{n}", "#")
            for n, mail in enumerate(notes(room), start=1)]
    assert len(said) == 3
    assert len(set(said)) == 1
    wishes(world, wanted=False)
    night(world)
    assert len(notes(room)) == 3
    assert len(checkpoints(world)) == 4  # so that the next number tells nothing either


def sign_terms(world: World) -> None:
    """Let Ana and Ben sign terms in the practice that is there."""
    add_engagement(world)
    issue(world)
    opened(world)
    read_all(world)
    sign(world)


def test_comes_once_a_day_however_often_the_job_runs(world: World, room: Mailroom) -> None:
    wishes(world)
    night(world)
    for _hour in range(3):
        world.clock.move(hours=1)
        take_checkpoints(world.ground)
        run_job(world.ground, "mail")
    assert len(notes(room)) == 1
    night(world)
    assert len(notes(room)) == 2


def test_is_sent_again_while_no_mail_server_answers(world: World, room: Mailroom) -> None:
    wishes(world)
    working = world.ground.settings
    world.ground.settings = replace(working, smtp_url="smtp://127.0.0.1:1")
    night(world)
    assert notes(room) == []
    with world.ground.work(writes=False) as work:
        waits = work.session.scalars(select(Notice).where(Notice.name == "checkpoint")).one()
    assert (waits.attempts, waits.settled_at) == (1, None)
    world.ground.settings = working
    world.clock.move(hours=1)
    run_job(world.ground, "mail")
    assert len(notes(room)) == 1


def test_goes_along_where_no_sealed_copy_does(world: World, room: Mailroom) -> None:
    world.ground.settings = replace(world.ground.settings, mail_copies_mb=0)
    wishes(world)
    night(world)
    assert [part.get_filename() for part in notes(room)[0].iter_attachments()] == [
        "checkpoint-1.txt", "seal.pem"]


def test_names_nobody_and_nothing_that_was_recorded(world: World, room: Mailroom) -> None:
    sign_terms(world)
    wishes(world)
    night(world)
    [mail] = notes(room)
    whole = body(mail) + "".join(
        str(part.get_content() if part.get_content_maintype() == "text" else "")
        for part in mail.iter_attachments())
    assert "\N{EM DASH} consent-portal/" in whole, "a reader is told how its letters are written"
    # The letters of a signature may spell any name.
    said = re.sub("(?m)^\N{EM DASH} .*$", "", whole)
    for secret in ("Ben", world.ids["engagement"], world.ids["ben"]):
        assert secret not in said
    assert len([line for line in whole.splitlines() if line.startswith("heads ")]) == 1


def test_goes_to_no_owner_who_is_one_no_more(world: World, room: Mailroom) -> None:
    add_colleague(world, OLGA, "olga", "owner")
    wishes(world)
    wishes(world, "olga")
    night(world)
    assert {mail["To"] for mail in notes(room)} == {ANA.email, OLGA.email}
    with world.ground.work(writes=True, actor=world.coach("olga")) as work:
        change_role(work, work.session.get_one(Account, world.ids["ana.account"]), Role.COACH,
                    coaches=0)
    night(world)
    assert [mail["To"] for mail in notes(room)][2:] == [OLGA.email]


def test_is_chosen_on_a_page_of_owners(world: World, room: Mailroom, app: Flask) -> None:
    ana = Browser(app).be(world, "ana", "coach")
    page = ana.get(PATH)
    assert "None" in page.text
    page = ana.post(PATH, {"wanted": "yes"}, page=page)
    assert "One comes each night from now on." in page.text
    assert "One each night, to you" in page.text
    assert not wishes(world)  # twice is once
    page = ana.post(PATH, {"wanted": "no"}, page=page)
    assert "No more will come." in page.text
    assert ana.post(PATH, {"wanted": "perhaps"}, page=page).status == 422
    assert Browser(app).be(world, "dora", "coach").get(PATH).status == 403
    with world.ground.work(writes=False) as work:
        kinds = work.session.scalars(select(Entry.kind).where(
            Entry.kind.like("checkpoint.%")).order_by(Entry.seq)).all()
    assert list(kinds) == ["checkpoint.wished", "checkpoint.unwished"]


def test_shows_that_a_record_was_made_anew_though_it_is_whole(
    world: World, room: Mailroom, tmp_path: Path
) -> None:
    """Whoever holds database and keys can make all of it fit; not what lies in a mailbox."""
    wishes(world)
    night(world)
    kept(notes(room)[0], tmp_path)
    note = (tmp_path / "checkpoint-1.txt").read_bytes()
    practice_id = world.ids["ana.practice"]
    with world.ground.work(writes=False) as work:
        assert examine(work, [note, note.replace(b"\n", b"\r\n")]).is_whole
    with past_the_triggers(world) as connection:
        connection.execute(delete(Checkpoint))
    world.clock.move(hours=1)
    with world.ground.work(writes=True) as work:
        assert take_checkpoint(work, practice_id) is not None
    with world.ground.work(writes=False) as work:
        assert examine(work).is_whole
        told = examine(work, [note])
        assert told.faults == [Fault(Trouble.OTHER_NOTE, practice_id, 1)]
        assert "kept elsewhere" in told.in_words()
        for other in (b"", b"hello", note.replace(b"checkpoint 1", b"checkpoint 2")):
            assert [one.trouble for one in examine(work, [other]).faults] == [Trouble.OTHER_NOTE]


def test_compares_what_was_kept_by_the_command(
    world: World, room: Mailroom, tmp_path: Path
) -> None:
    wishes(world)
    night(world)
    kept(notes(room)[0], tmp_path)
    settings = world.ground.settings
    shell = Shell(tmp_path, settings.database_url)
    keys = {"PORTAL_SECRET_KEY": settings.secret_key, "PORTAL_LINK_KEY": settings.link_key,
            "PORTAL_MASTER_KEY": settings.master_key}
    file = tmp_path / "checkpoint-1.txt"
    assert shell.run("verify", "--ledger", "--kept", str(file), **keys).exit_code == 0
    file.write_bytes(file.read_bytes().replace(b"heads ", b"heads 0"))
    told = shell.run("verify", "--ledger", "--kept", str(file), **keys)
    assert (told.exit_code, "the note that was kept elsewhere" in told.output) == (1, True)
    assert shell.run("verify", "--kept", str(file), str(file), **keys).exit_code == 2
