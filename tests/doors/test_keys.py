"""The commands that look after keys: where they are, a new one, one that is destroyed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from portal.desk.actions import keep_board
from portal.engagements.actions import NewEngagement, start
from portal.ground import config, keyfile
from portal.ground.clock import SystemClock
from portal.ground.vault import DataKey
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.people.models import Person
from tests.builders import World
from tests.conftest import NOW
from tests.doors.test_cli import Shell, coach, shell

__all__ = ["shell"]


def test_erases_an_engagement_after_a_question(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    made = make_ground(config.load(shell.environment), SystemClock(), keep_notes, keep_board)
    with made.work(writes=True) as work:
        ana = work.session.scalars(select(Person)).one()
        engagement_id = start(work, ana.practice_id, ana, NewEngagement("Coaching", "AT")).id
    made.engine.dispose()
    asked = shell.run("erase-engagement", engagement_id)
    assert asked.exit_code == 1
    assert "Erase it?" in asked.output
    assert "no engagement" in shell.run("erase-engagement", "0" * 32, "--yes").output
    done = shell.run("erase-engagement", engagement_id, "--yes")
    assert done.exit_code == 0, done.output
    assert "Erased, and 0 people with it." in done.output
    again = shell.run("erase-engagement", engagement_id, "--yes")
    assert again.exit_code == 1
    assert "erased before" in again.output
    assert "Whole: " in shell.run("verify", "--ledger").output


def test_tells_where_the_keys_are_and_what_needs_them(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    path = config.instance_folder(shell.environment) / "keys.env"
    said = shell.run("doctor").output
    assert f"ok   keys: the master key opens the database; it lies in {path} (mode 600, " in said
    assert "ok   data keys: 2 under the newest master key, 0 destroyed; master key never" in said
    keyfile.add_master(path.parent)
    assert "BAD  data keys: 2 are still under a previous master key. Run: portal rotate-keys" in (
        shell.run("doctor").output)
    shell.run("rotate-keys")
    ready = shell.run("doctor").output
    assert f"master key changed {SystemClock().now():%Y-%m-%d}. Nothing needs the previous" in ready
    shell.run("rotate-keys", "--drop-previous")
    assert "Nothing needs" not in shell.run("doctor").output


def test_finds_data_keys_whose_master_is_not_there(shell: Shell, world: World) -> None:
    shell.run("init")
    coach(shell)
    with world.ground.work(writes=True) as work:
        work.session.add(DataKey(id="0" * 32, practice_id="", covers="person", wrapped=b"?",
                                 master_id="0" * 16, created_at=NOW - timedelta(days=999)))
    assert "BAD  data keys: 1 are under a master key that is not here." in (
        shell.run("doctor").output)


def test_says_that_keys_and_database_lie_together(tmp_path: Path) -> None:
    beside = Shell(tmp_path, f"sqlite:///{tmp_path / 'portal' / 'portal.db'}")
    beside.run("init")
    assert "ok   key file: lies in the folder of the database." in beside.run("doctor").output
    apart = Shell(tmp_path, f"sqlite:///{tmp_path / 'data' / 'portal.db'}")
    apart.run("init")
    assert "key file: lies" not in apart.run("doctor").output


def test_remembers_who_said_that_there_is_a_copy_of_which_keys(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    assert "ok   key copies: none that anybody has told of" in shell.run("doctor").output
    today = f"{SystemClock().now():%Y-%m-%d}"
    told = shell.run("doctor", "--keys-backed-up").output
    assert f"ok   key copies: somebody said on {today} that one lies elsewhere\n" in told
    shell.run("rotate-keys")
    assert "BAD  key copies: " in shell.run("doctor").output
    assert "ok   key copies: " in shell.run("doctor", "--keys-backed-up").output


def test_tells_of_keys_from_the_environment(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    path = config.instance_folder(shell.environment) / "keys.env"
    keys = keyfile.read_keys(path)
    path.unlink()
    assert "it comes from the environment" in shell.run("doctor", **keys).output
