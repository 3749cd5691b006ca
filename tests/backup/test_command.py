"""The commands: what they write, what they ask, and with what they end."""

from __future__ import annotations

import os
import pty
import stat
import subprocess
import sys
import tarfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from portal import schema
from portal.cli import main
from portal.ground.agefile import Lock
from portal.ground.running import in_use
from tests.backup import stage
from tests.backup.conftest import House
from tests.browser.house import _free_port
from tests.clockwork.test_stop import read_until, running
from tests.conftest import DATABASE, KEYS
from tests.plugins.needs import tool

pytestmark = pytest.mark.alters_schema

WORDS = "six words nobody would think of"


def run(house: House, *words: str, typed: str = "", **more: str) -> Result:
    house.ground.engine.dispose()
    return CliRunner().invoke(main, list(words), input=typed, env={
        "PORTAL_INSTANCE_DIR": str(house.file.parent / "instance"),
        "PORTAL_DATABASE_URL": house.ground.settings.database_url,
        **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}, **more})


def key_file(home: Path) -> str:
    (home / "key").write_text(f"# a comment\n{stage.IDENTITY}\n")
    return str(home / "key")


@pytest.mark.once
def test_writes_a_file_for_its_owner_alone_and_never_over_another(
    house: House, tmp_path: Path,
) -> None:
    file = tmp_path / "a.backup"
    done = run(house, "backup", str(file), "--to", stage.PUBLIC)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["a.backup"]
    before = file.read_bytes()
    again = run(house, "backup", str(file), "--to", stage.PUBLIC)
    assert again.exit_code == 1
    assert "never takes the place" in again.output
    assert file.read_bytes() == before
    nowhere = run(house, "backup", str(tmp_path / "no" / "a"), "--to", stage.PUBLIC)
    assert "There is no folder" in nowhere.output


@pytest.mark.once
@pytest.mark.parametrize(("words", "typed", "says"), [
    (["--to", "age1nonsense"], "", "begins with age1"),
    ([], "too short\ntoo short\n", "at least 16 characters"),
    ([], f"{WORDS}\nother words than those\n", "do not match")])
def test_writes_nothing_that_anybody_could_open(
    house: House, tmp_path: Path, words: list[str], typed: str, says: str,
) -> None:
    done = run(house, "backup", str(tmp_path / "a.backup"), *words, typed=typed)
    assert done.exit_code != 0
    assert says in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_puts_the_keys_in_only_when_told(house: House, tmp_path: Path) -> None:
    """Where they come from the environment there is no file that could go along."""
    no = run(house, "backup", str(tmp_path / "no"), "--to", stage.PUBLIC, "--with-keys")
    assert no.exit_code == 1
    assert "do not come from" in no.output
    instance = house.file.parent / "other"
    instance.mkdir(exist_ok=True)
    (instance / "keys.env").write_text("".join(
        f"PORTAL_{name.upper()}={value}\n" for name, value in KEYS.items()))
    (instance / "keys.env").chmod(0o600)
    more = {"PORTAL_INSTANCE_DIR": str(instance),
            **{f"PORTAL_{name.upper()}": "" for name in KEYS}}
    assert run(house, "backup", str(tmp_path / "with"), "--to", stage.PUBLIC, "--with-keys",
               **more).exit_code == 0
    for name, there in (("with", True), ("without", False)):
        file = tmp_path / name
        if not there:
            assert run(house, "backup", str(file), "--to", stage.PUBLIC, **more).exit_code == 0
        plain = BytesIO()
        with file.open("rb") as sealed:
            stage.agefile.unlock(sealed, plain, stage.KEY)
        assert (KEYS["master_key"].encode() in _members(plain)) == there
    bare = {**more, "PORTAL_INSTANCE_DIR": str(tmp_path / "burned"),
            "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    done = run(house, "restore", str(tmp_path / "with"), "--key-file", key_file(tmp_path), "--yes",
               **bare)
    assert done.exit_code == 0, done.output
    kept = tmp_path / "burned" / "keys.env"
    assert kept.read_bytes() == (instance / "keys.env").read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def _members(plain: BytesIO) -> bytes:
    plain.seek(0)
    with tarfile.open(fileobj=plain, mode="r:gz") as tar:
        return b"".join(tar.extractfile(one).read() for one in tar)  # type: ignore[union-attr]


def test_checks_without_replacing_and_asks_before_it_does(house: House, tmp_path: Path) -> None:
    there = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}"}
    opener = ["--key-file", key_file(tmp_path)]
    done = run(house, "restore", str(house.file), "--check", *opener, **there)
    assert done.exit_code == 0, done.output
    assert "Practices: Berg Coaching, Nord Coaching" in done.output
    assert "2 engagements" in done.output
    assert "Whole: it can be restored." in done.output
    no = run(house, "restore", str(house.file), *opener, typed="n\n", **there)
    assert no.exit_code == 1
    assert (tmp_path / "portal.db").stat().st_size == 0
    yes = run(house, "restore", str(house.file), *opener, typed="y\n", **there)
    assert yes.exit_code == 0, yes.output
    assert "Every link" in yes.output
    assert run(house, "verify", "--ledger", **there).exit_code == 0
    assert not list(tmp_path.glob(".*"))


@pytest.mark.once
def test_checks_where_the_keys_of_the_portal_are_not(house: House, tmp_path: Path) -> None:
    done = run(house, "restore", str(house.file), "--check", "--key-file", key_file(tmp_path),
               PORTAL_INSTANCE_DIR=str(tmp_path / "nowhere"), PORTAL_DATABASE_URL="",
               **{f"PORTAL_{name.upper()}": "" for name in KEYS})
    assert done.exit_code == 0, done.output
    assert "no paper was opened" in done.output
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.once
def test_says_why_it_restores_nothing(house: House, tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(house.file.read_bytes()[:-100])
    there = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}"}
    opener = ["--key-file", key_file(tmp_path), "--yes"]
    done = run(house, "restore", str(tmp_path / "cut"), *opener, **there)
    assert (done.exit_code, "damaged or cut" in done.output) == (1, True)
    done = run(house, "restore", str(house.file), "--yes", **there)
    assert (done.exit_code, "--key-file" in done.output) == (2, True)
    (tmp_path / "text").write_text("a letter")
    done = run(house, "restore", str(tmp_path / "text"), *opener, **there)
    assert (done.exit_code, "This is not a backup" in done.output) == (1, True)
    assert not (tmp_path / "portal.db").exists()


@pytest.mark.once
def test_makes_a_key_that_opens_what_its_public_key_closes(house: House, tmp_path: Path) -> None:
    made = run(house, "backup-key", str(tmp_path / "new"))
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    assert run(house, "backup", str(tmp_path / "b"), "--to", made.output.strip()).exit_code == 0
    done = run(house, "restore", str(tmp_path / "b"), "--check",
               "--key-file", str(tmp_path / "new"))
    assert done.exit_code == 0, done.output
    assert run(house, "backup-key", str(tmp_path / "new")).exit_code == 1


@pytest.mark.once
@pytest.mark.needs("age")
def test_is_opened_by_a_program_of_others(house: House, tmp_path: Path) -> None:
    opened = subprocess.run([tool("age"), "-d", "-i", key_file(tmp_path), house.file],
                            capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(opened), mode="r:gz") as tar:
        names = tar.getnames()
    assert (names[0], names[-1]) == ("about.json", "manifest.json")
    assert "tables/ledger_entry/000001.jsonl" in names


@pytest.mark.once
@pytest.mark.needs("age")
def test_is_opened_by_a_program_of_others_that_knows_the_passphrase(
    house: House, tmp_path: Path,
) -> None:
    """As docs/backups.md says: the armour in front is a key file, what follows is what it opens."""
    file = tmp_path / "by-words"
    stage.back_up(house.ground, file, Lock(passphrase=WORDS))
    body = file.read_bytes()
    front, end, rest = body.partition(b"-----END AGE ENCRYPTED FILE-----\n")
    (tmp_path / "identity").write_bytes(front + end)
    (tmp_path / "rest").write_bytes(rest)
    # The program asks a terminal and nothing else.
    child, terminal = pty.fork()
    if child == 0:
        os.execv(str(tool("age")), ["age", "-d", "-i", str(tmp_path / "identity"), "-o",
                                    str(tmp_path / "plain"), str(tmp_path / "rest")])
    os.read(terminal, 100)
    os.write(terminal, f"{WORDS}\n".encode())
    _pid, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    with tarfile.open(tmp_path / "plain", "r:gz") as tar:
        assert tar.getnames()[-1] == "manifest.json"


@pytest.mark.parametrize(("revision", "says"), [
    ("0021", "Stop every process of the portal, then run: portal init"),
    ("9999", "a newer portal made"), (None, "Run: portal init")])
def test_knows_a_database_of_another_version(
    database_url: str, tmp_path: Path, revision: str | None, says: str,
) -> None:
    there = stage.ground_on(database_url, tmp_path)
    assert schema.why_not_run(there.engine) is None
    stand_at(there.engine, revision)
    assert says in (schema.why_not_run(there.engine) or "")
    there.engine.dispose()


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_runs_on_no_database_of_another_version(
    database_url: str, tmp_path: Path, command: str,
) -> None:
    there = stage.ground_on(database_url, tmp_path)
    stand_at(there.engine, "0021")
    there.engine.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "portal", command], capture_output=True, text=True, check=False,
        env={**{name: value for name, value in os.environ.items()
                if not name.startswith("PORTAL_")},
             "PORTAL_INSTANCE_DIR": str(tmp_path), "PORTAL_DATABASE_URL": database_url,
             **{f"PORTAL_{name.upper()}": value for name, value in KEYS.items()}})
    assert done.returncode == 1
    assert "portal init" in done.stderr


def stand_at(engine: Engine, revision: str | None) -> None:
    with engine.begin() as connection:
        connection.execute(text(
            f"UPDATE alembic_version SET version_num = '{revision}'" if revision else
            "DROP TABLE alembic_version"))


@pytest.mark.parametrize("command", [("worker",), ("serve", "--no-worker")])
def test_restores_nothing_while_a_process_of_the_portal_runs(
    house: House, tmp_path: Path, command: tuple[str, ...],
) -> None:
    """And brings nothing up to date under its feet."""
    house.ground.engine.dispose()
    port = str(_free_port())
    with running(house.ground.settings, *command, PORTAL_PORT=port,
                 PORTAL_BASE_URL=f"http://127.0.0.1:{port}") as process:
        read_until(process, "the clockwork runs" if command == ("worker",) else "Booting worker")
        if command != ("worker",):
            # PostgreSQL knows of a server once it has asked the database for something; that no
            # clockwork runs is answered with 503.
            with suppress(HTTPError):
                urlopen(f"http://127.0.0.1:{port}/readyz").close()
        done = run(house, "restore", str(house.file), "--key-file", key_file(tmp_path), "--yes")
    assert done.exit_code == 1
    assert "Stop every portal serve" in done.output


def test_keeps_a_sqlite_database_as_it_was_before_it_is_brought_up_to_date(
    database_url: str, tmp_path: Path,
) -> None:
    there = stage.ground_on(database_url, tmp_path)
    before = schema.known_revisions()[-2]
    schema.downgrade(there.engine, before)
    there.engine.dispose()
    done = CliRunner().invoke(main, ["init"], env={
        "PORTAL_INSTANCE_DIR": str(tmp_path / "instance"), "PORTAL_DATABASE_URL": database_url})
    assert done.exit_code == 0, done.output
    assert schema.why_not_run(there.engine) is None
    if DATABASE == "sqlite":
        kept = stage.ground_on(f"sqlite:///{tmp_path / f'portal.db.at-{before}'}", tmp_path)
        assert schema.revisions(kept.engine)[0] == before
        kept.engine.dispose()
    there.engine.dispose()


@pytest.mark.once
def test_brings_nothing_up_to_date_while_anything_is_at_work(
    database_url: str, tmp_path: Path,
) -> None:
    there = stage.ground_on(database_url, tmp_path)
    schema.downgrade(there.engine, schema.known_revisions()[-2])
    environment = {"PORTAL_INSTANCE_DIR": str(tmp_path / "instance"),
                   "PORTAL_DATABASE_URL": database_url}
    with in_use(there.engine):
        done = CliRunner().invoke(main, ["init"], env=environment)
    assert (done.exit_code, "Stop every portal serve" in done.output) == (1, True)
    assert schema.why_not_run(there.engine) is not None
    there.engine.dispose()


@pytest.mark.once
def test_clears_what_a_killed_backup_left(house: House, tmp_path: Path) -> None:
    """A copy of the database has a name for as long as it is made, and no longer."""
    folder = Path(house.ground.engine.url.database or "").parent
    (folder / ".portal-copy-left").write_bytes(b"half a copy")
    stage.back_up(house.ground, tmp_path / "a.backup")
    assert not list(folder.glob(".portal-copy-*"))
