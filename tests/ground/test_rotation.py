"""A master key is changed while the portal runs, and whatever stops that in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from portal.cli import main
from portal.desk.actions import keep_board
from portal.ground import config, keyfile, rotation
from portal.ground.clock import StandingClock
from portal.ground.vault import CannotOpen, DataKey, Vault
from portal.ground.work import Ground, make_ground
from portal.ledger.actions import keep_notes
from portal.people.actions import PRINT, NewPerson, meet_person
from portal.people.models import ContactPoint, Person
from portal.people.policy import Owner, ReadBy
from portal.people.queries import account_by_login
from portal.reaching.actions import ask_at_door
from portal.reaching.jobs import answer_doors
from portal.reaching.models import DoorRequest
from tests.builders import World, add_engagement, add_practice
from tests.cast import ANA, BEN
from tests.conftest import KEYS, NOW

#: How many moments to kill at; a long night may try more.
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
PROJECT = Path(__file__).parents[2]
MANY = 230
#: What the last release without rotation wrote at the front door, under the tests' master key.
OLD_MASTER_ID = "630dcd2966c43366"
OLD_BLOB = bytes.fromhex("0144f40d3c1898fc215b738dc680dbb2ea93f9745b262932a43a90c1842e9a45c449f67"
                         "5720cb3801753253fb340")
OLD_PLACE = f"door_request/{'e' * 32}/address"


class House:
    """An installation with its keys in a file, and Ana's practice in its database."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home / "portal"
        self.surroundings = {"PORTAL_INSTANCE_DIR": str(self.home),
                             "PORTAL_DATABASE_URL": database_url}
        keyfile.write_keys(self.home, keyfile.new_keys())
        self.grounds: list[Ground] = []
        self.world = World(self.open(), StandingClock(NOW))
        add_practice(self.world)
        add_engagement(self.world)

    def open(self) -> Ground:
        """Return a ground floor that was begun with the keys as they are now."""
        made = make_ground(config.load(self.surroundings), StandingClock(NOW), keep_notes,
                           keep_board)
        self.grounds.append(made)
        return made

    def crowd(self, count: int) -> None:
        """Make more data keys, so that one transaction does not hold them all."""
        with self.world.ground.work(writes=True) as work:
            rows = [work.ground.vault.new_key("p", "person", NOW) for _ in range(count)]
            work.session.execute(insert(DataKey), [
                {c.name: getattr(row, c.name) for c in DataKey.__table__.columns} for row in rows])

    def run(self, *words: str, **more: str) -> Result:
        return CliRunner().invoke(main, list(words), env={**self.surroundings, **more})

    def masters(self) -> set[str]:
        """Return the ids of the masters that data keys are under."""
        with self.world.ground.work(writes=False) as work:
            return set(work.session.scalars(select(DataKey.master_id).distinct()))

    def look(self, ground: Ground) -> None:
        """See that everything opens, and is found by its digest."""
        with ground.work(writes=False) as work:
            for row in work.session.scalars(select(DataKey)):
                ground.vault.unwrap(row.id, row.master_id, row.wrapped)
            assert work.reveal(work.session.get_one(Person, self.world.ids["ben"]),
                               "name") == BEN.name
            account = account_by_login(work, ANA.email)
            assert account is not None
            assert account.person_id == self.world.ids["ana"]


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """Give an installation, and close what it opened afterwards."""
    made = House(tmp_path, database_url)
    yield made
    for ground in made.grounds:
        ground.engine.dispose()


def test_wraps_everything_anew_and_drops_the_key_before(house: House) -> None:
    before = config.load(house.surroundings)
    house.crowd(MANY)
    done = house.run("rotate-keys")
    assert done.exit_code == 0, done.output
    after = config.load(house.surroundings)
    assert after.master_key_previous == (before.master_key,)
    assert (after.secret_key, after.link_key) == (before.secret_key, before.link_key)
    assert house.masters() == {Vault(after.master_keys).newest}
    house.look(house.open())
    assert "is dropped" in house.run("rotate-keys", "--drop-previous").output
    assert config.load(house.surroundings).master_keys == (after.master_key,)
    house.look(house.open())


def test_finds_by_the_same_digest_after_every_master_was_changed(house: House) -> None:
    with house.open().work(writes=False) as work:
        before = work.vault.fingerprint(BEN.email, PRINT)
        assert before in set(work.session.scalars(select(ContactPoint.fingerprint)))
    for _ in range(2):
        house.run("rotate-keys")
        house.run("rotate-keys", "--drop-previous")
    with house.open().work(writes=False) as work:
        assert work.vault.fingerprint(BEN.email, PRINT) == before


def test_keeps_the_file_for_its_owner_with_its_comments(house: House) -> None:
    path = house.home / keyfile.NAME
    path.write_text(path.read_text() + "# Kept in the safe as well.\n")
    (house.home / "keys.env.new").write_text("left behind by a run that was stopped")
    house.run("rotate-keys")
    assert path.stat().st_mode & 0o777 == 0o600
    assert "# Kept in the safe as well." in path.read_text()
    assert sorted(p.name for p in house.home.iterdir() if "keys" in p.name) == [keyfile.NAME]


def test_goes_on_in_place_of_beginning_anew(house: House) -> None:
    """A second run is the same rotation until the key before is dropped."""
    house.run("rotate-keys")
    keys = config.load(house.surroundings).master_keys
    house.run("rotate-keys")
    assert config.load(house.surroundings).master_keys == keys


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_drops_no_key_that_something_needs(house: House, stop: int) -> None:
    house.crowd(MANY)
    assert "no previous master key" in house.run("rotate-keys", "--drop-previous").output
    keyfile.add_master(house.home)
    ground = house.open()
    if stop:
        rotation.begin(ground)
    if stop > 1:
        with pytest.raises(KeyboardInterrupt):
            rotation.wrap_all(ground, stopped)
    done = house.run("rotate-keys", "--drop-previous")
    assert done.exit_code == 1
    assert "Run: portal rotate-keys" in done.output
    house.look(house.open())


def stopped(_count: int) -> None:
    raise KeyboardInterrupt


def test_lets_one_rotation_run_at_a_time(house: House) -> None:
    with keyfile.alone(house.home) as alone:
        assert alone
        done = house.run("rotate-keys")
    assert done.exit_code == 1
    assert "Another rotation" in done.output
    assert config.load(house.surroundings).master_key_previous == ()


def test_running_processes_go_on_meanwhile(house: House) -> None:
    """Two of them began with the old key: one reads and writes all the time, one wakes up last."""
    house.crowd(MANY)
    busy, idle = house.open(), house.open()
    house.look(busy)
    met: list[str] = []

    def meet(_count: int = 0) -> None:
        house.look(busy)
        with busy.work(writes=True) as work:
            person, _point = meet_person(work, house.world.ids["ana.practice"], NewPerson(
                f"Eli {len(met)}", f"eli{len(met)}@example.org", Owner.PRIVATE, ReadBy.NOBODY))
            met.append(person.id)

    meet()
    keyfile.add_master(house.home)
    meet()
    ground = house.open()
    rotation.begin(ground)
    meet()
    rotation.wrap_all(ground, meet)
    assert rotation.left(ground) == 0
    rotation.drop(ground)
    meet()
    with idle.work(writes=True) as work:
        met.append(meet_person(work, house.world.ids["ana.practice"], NewPerson(
            f"Eli {len(met)}", "last@example.org", Owner.PRIVATE, ReadBy.NOBODY))[0].id)
    assert len(met) == 8
    with house.open().work(writes=False) as work:
        names = [work.reveal(work.session.get_one(Person, id_), "name") for id_ in met]
    assert names == [f"Eli {number}" for number in range(8)]
    house.look(idle)


def test_a_process_that_starts_in_the_middle_goes_on_too(house: House) -> None:
    """It has read its settings, and the key file is changed before it is done starting."""
    settings = config.load(house.surroundings)
    keyfile.add_master(house.home)
    starting = make_ground(settings, StandingClock(NOW), keep_notes, keep_board)
    house.grounds.append(starting)
    house.run("rotate-keys")
    house.look(starting)


def test_a_process_that_cannot_get_the_new_key_makes_none_under_the_old(house: House) -> None:
    """Its keys came from the environment, and nobody started it anew."""
    keys = keyfile.read_keys(house.home / keyfile.NAME)
    deaf = make_ground(config.load({**house.surroundings, **keys, "PORTAL_INSTANCE_DIR":
                                    str(house.home / "elsewhere")}),
                       StandingClock(NOW), keep_notes, keep_board)
    house.grounds.append(deaf)
    house.run("rotate-keys")
    with pytest.raises(CannotOpen), deaf.work(writes=True) as work:
        work.vault.new_key("p", "person", work.now)


def test_wraps_under_keys_that_come_from_the_environment(house: House) -> None:
    keys = keyfile.read_keys(house.home / keyfile.NAME)
    (house.home / keyfile.NAME).unlink()
    refused = house.run("rotate-keys", **keys)
    assert refused.exit_code == 1
    assert "does not come from" in refused.output
    new = {**keys, keyfile.MASTER: KEYS["master_key"], keyfile.PREVIOUS: keys[keyfile.MASTER]}
    assert house.run("rotate-keys", **new).exit_code == 0
    assert "Take it out where it is set" in house.run("rotate-keys", "--drop-previous",
                                                      **new).output
    house.surroundings |= {**keys, keyfile.MASTER: KEYS["master_key"]}
    house.look(house.open())


def test_answers_at_the_front_door_who_asked_before(house: House) -> None:
    """Also where an earlier portal sealed the address under a master key that is gone now."""
    with house.open().work(writes=True) as work:
        ask_at_door(work, BEN.email)
        work.session.add(DoorRequest(id="e" * 32, asked_at=work.now,
                                     address_enc=OLD_MASTER_ID.encode() + OLD_BLOB))
    house.run("rotate-keys")
    house.run("rotate-keys", "--drop-previous")
    new = house.open()
    assert answer_doors(new) == 2
    with new.work(writes=False) as work:
        assert set(work.session.scalars(select(DoorRequest.address_enc))) == {None}


def test_reads_what_an_earlier_portal_sealed_at_the_door(ground: Ground) -> None:
    with ground.work(writes=False) as work:
        assert work.vault.unlock_outside(OLD_MASTER_ID.encode() + OLD_BLOB,
                                         OLD_PLACE) == b"ben@adler.example"


def test_is_whole_wherever_it_is_killed(house: House) -> None:
    """Everything opens with the keys that lie there, and running it again brings it to its end."""
    house.crowd(MANY)
    lines = mortal(house, 0).stdout.splitlines()[-1].split()
    # Each of the last steps of putting the file in its place, and moments all over the rest.
    file = [number for number, name in enumerate(lines, start=1) if name == "_replace"]
    mixed = 0
    for lives in [*file[-6::2], *range(file[-1] + 5, len(lines), len(lines) // KILLS)]:
        assert house.run("rotate-keys", "--drop-previous").exit_code == 0
        assert mortal(house, lives).returncode == -signal.SIGKILL
        ground = house.open()
        house.look(ground)
        mixed += len(house.masters()) > 1
        done = house.run("rotate-keys")
        assert done.exit_code == 0, done.output
        house.look(house.open())
        assert house.masters() == {house.open().vault.newest}
    assert mixed > 0


def mortal(house: House, lives: int) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, which ends before the line of that number."""
    return subprocess.run(
        [sys.executable, "-m", "tests.ground.mortal"], cwd=PROJECT, check=False,
        capture_output=True, text=True,
        env={**os.environ, **house.surroundings, "PORTAL_TEST_LIVES": str(lives)})
