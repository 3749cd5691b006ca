"""The clockwork takes a backup each night, lets old ones go, and everybody sees how that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.backup.jobs import RecordNotWhole
from portal.backup.making import CannotBackUp
from portal.backup.policy import taken_at
from portal.clockwork.actions import end_run, take_run
from portal.desk.policy.look import Scope, scope_of
from portal.desk.queries.failing import backed_up
from portal.doctor import _backups
from portal.ground import config
from portal.jobs import JOBS, run_job
from portal.ledger.models import Entry
from portal.worker import _in_turn
from tests.backup import stage
from tests.builders import World, add_colleague, add_practice
from tests.cast import DORA
from tests.conftest import KEYS
from tests.pages import Browser
from tests.tampering import past_the_triggers

if TYPE_CHECKING:
    from flask import Flask

pytestmark = pytest.mark.alters_schema

DAY = timedelta(days=1)


@pytest.fixture
def nightly(world: World, tmp_path: Path) -> World:
    """Give a portal that is backed up each night, and keeps two days and one month."""
    add_practice(world)
    world.ground.settings = replace(
        world.ground.settings, backup_dir=str(tmp_path / "nights"), backup_to=(stage.PUBLIC,),
        backup_days=2, backup_weeks=0, backup_months=1)
    return world


def nights(world: World) -> list[str]:
    return sorted(one.name for one in Path(world.ground.settings.backup_dir).iterdir())


def test_takes_none_unless_it_is_told_to(world: World, tmp_path: Path) -> None:
    assert run_job(world.ground, "backups") == 0
    assert "PORTAL_BACKUP_DIR" in _backups(world.ground).says
    assert _backups(world.ground).good
    assert not list(tmp_path.rglob("*.backup"))


def test_keeps_so_many_and_never_touches_what_is_not_its_own(nightly: World) -> None:
    folder = Path(nightly.ground.settings.backup_dir)
    folder.mkdir()
    (folder / "by-hand.backup").write_text("mine")
    for _ in range(4):
        assert run_job(nightly.ground, "backups") == 1
        nightly.clock.move(days=1)
    assert nights(nightly) == [
        "by-hand.backup", "portal-2026-11-25T090000Z.backup", "portal-2026-11-26T090000Z.backup"]
    about, _tables, manifest = stage.unfold(folder / nights(nightly)[-1])
    assert (about.keys, manifest.findings) == (False, [])


def test_deletes_nothing_in_a_night_whose_record_is_not_whole(nightly: World) -> None:
    for _ in range(2):
        run_job(nightly.ground, "backups")
        nightly.clock.move(days=1)
    with past_the_triggers(nightly) as connection:
        connection.execute(Entry.__table__.delete().where(Entry.__table__.c.seq == 1))
    with pytest.raises(RecordNotWhole):
        run_job(nightly.ground, "backups")
    assert len(nights(nightly)) == 3
    newest = Path(nightly.ground.settings.backup_dir) / nights(nightly)[-1]
    assert "NOT WHOLE" in stage.unfold(newest)[2].findings[0]


def test_warns_when_the_newest_is_too_old(nightly: World) -> None:
    assert "cannot be read" in _backups(nightly.ground).says
    run_job(nightly.ground, "backups")
    found = _backups(nightly.ground)
    assert (found.good, found.says[:5]) == (True, "1 in ")
    nightly.clock.move(days=2, seconds=1)
    found = _backups(nightly.ground)
    assert not found.good
    assert found.says.endswith("Run: portal run-job backups")
    assert taken_at(nights(nightly)[0]) is not None


def test_tells_the_owner_alone_how_it_stands(nightly: World) -> None:
    """An owner sees it on the board; a coach, who can do nothing about it, does not."""
    practice_id = nightly.ids["ana.practice"]
    owner, coach = (scope_of(role, practice_id, nightly.ids["ana"], practice=False)
                    for role in ("owner", "coach"))

    def seen(scope: Scope) -> tuple[bool, bool] | None:
        with nightly.ground.work(writes=False) as work:
            told = backed_up(work, scope)
            return None if told is None else (told.at is not None, told.late)

    assert seen(owner) == (False, True)
    _in_turn(nightly.ground, JOBS["backups"], DAY)
    assert seen(owner) == (True, False)
    assert seen(coach) is None
    nightly.clock.move(days=2, hours=3)
    assert seen(owner) == (True, True)
    run = take_run(nightly.ground, "backups", DAY)
    assert run is not None
    end_run(nightly.ground, run, "CannotBackUp")
    assert seen(owner) == (False, True)


def test_shows_it_on_the_board_of_an_owner(nightly: World, app: Flask) -> None:
    add_colleague(nightly, DORA, "dora")
    ana = Browser(app).be(nightly, "ana", "coach")
    assert "The nightly backup of the portal failed." in ana.get("/today").text
    _in_turn(nightly.ground, JOBS["backups"], DAY)
    assert "The portal was backed up on 23 November 2026" in ana.get("/today").text
    nightly.clock.move(days=2, hours=3)
    assert "The portal was backed up last on 23 November 2026" in ana.be(
        nightly, "ana", "coach").get("/today").text
    assert "backed up" not in Browser(app).be(nightly, "dora", "coach").get("/today").text


def test_says_so_where_it_cannot_write(nightly: World, tmp_path: Path) -> None:
    (tmp_path / "nights").mkdir()
    run_job(nightly.ground, "backups")
    with pytest.raises(CannotBackUp, match="is there already"):
        run_job(nightly.ground, "backups")


@pytest.mark.parametrize(("said", "says"), [
    ({"PORTAL_BACKUP_DIR": "/var/backups"}, "belong together"),
    ({"PORTAL_BACKUP_TO": stage.PUBLIC}, "belong together"),
    ({"PORTAL_BACKUP_DIR": "/var/backups", "PORTAL_BACKUP_TO": f"{stage.PUBLIC},age1x"},
     "begins with age1")])
def test_does_not_start_with_settings_that_would_write_none(
    tmp_path: Path, said: dict[str, str], says: str,
) -> None:
    with pytest.raises(config.BadSettings, match=says):
        config.load({"PORTAL_INSTANCE_DIR": str(tmp_path), **said,
                     **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}})
