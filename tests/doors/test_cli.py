"""The command line sets up, looks after, and says what is wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text, update

from portal.cli import main
from portal.clockwork.models import FailingItem, JobRun
from portal.clockwork.queries import TICK
from portal.evidence.models import Seal
from portal.ground import config
from portal.ground.clock import SystemClock
from portal.ground.db import make_engine
from portal.notices.models import Notice
from portal.people.models import Account
from tests.builders import World
from tests.mailroom import running
from tests.sharing.worlds import VECTORS, vectors
from tests.sight import seeing
from tests.stamping import stamping

COACH = ["--name", "Ana Berg", "--email", "ana@berg.example", "--practice", "Berg Coaching",
         "--country", "AT", "--timezone", "Europe/Vienna", "--contact", "Lindengasse 1, Vienna"]


class Shell:
    """Run the command in an installation of its own."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.environment = {"PORTAL_INSTANCE_DIR": str(home / "portal"),
                            "PORTAL_DATABASE_URL": database_url}

    def run(self, *words: str, **more: str) -> Result:
        return CliRunner().invoke(main, list(words), env={**self.environment, **more})


@pytest.fixture
def shell(tmp_path: Path, database_url: str) -> Shell:
    """Give a shell in an empty installation on the test's database."""
    return Shell(tmp_path, database_url)


def coach(shell: Shell, *more: str, password: str = "a long enough password") -> Result:
    return shell.run("create-coach", *COACH, *more, PORTAL_COACH_PASSWORD=password)


def accounts(shell: Shell) -> int:
    """Return how many accounts there are."""
    engine = seeing(make_engine(shell.environment["PORTAL_DATABASE_URL"]))
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(Account))
    engine.dispose()
    assert found is not None
    return found


def test_sets_up_from_nothing(shell: Shell) -> None:
    made = shell.run("init")
    assert made.exit_code == 0, made.output
    assert accounts(shell) == 0
    assert coach(shell).exit_code == 0
    assert accounts(shell) == 1
    again = shell.run("init")
    assert "stays as it is" in again.output
    assert config.instance_folder(shell.environment).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("words", "password", "says"), [
    (["--country", "Austria"], "a long enough password", "two letters"),
    (["--timezone", "Vienna"], "a long enough password", "IANA"),
    (["--email", "ana"], "a long enough password", "name@example.org"),
    (["--name", "Ana \U0001f600"], "a long enough password", "U+1F600"),
    (["--practice", " "], "a long enough password", "empty"),
    ([], "short", "12 characters"),
    ([], "qwertyuiop12", "guessed first"),
])
def test_says_what_to_change(shell: Shell, words: list[str], password: str, says: str) -> None:
    shell.run("init")
    done = coach(shell, *words, password=password)
    assert done.exit_code == 1
    assert says in done.output


def test_gives_an_address_one_account(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    assert "already" in coach(shell).output


def test_does_not_start_without_keys(shell: Shell) -> None:
    for command in ("serve", "worker", "run-job", "create-coach"):
        words = {"run-job": ["run-job", "mail"], "create-coach": ["create-coach", *COACH]}.get(
            command, [command])
        done = shell.run(*words, PORTAL_COACH_PASSWORD="a long enough password")
        assert done.exit_code == 1
        assert "PORTAL_MASTER_KEY" in done.output


def test_does_not_serve_plain_http_beyond_this_machine(shell: Shell) -> None:
    shell.run("init")
    done = shell.run("serve", PORTAL_BASE_URL="http://portal.example.org")
    assert done.exit_code == 1
    assert "https" in done.output


def test_runs_a_job_by_hand(shell: Shell) -> None:
    shell.run("init")
    assert shell.run("run-job", "mail").output == "mail: 0 mails tried\n"
    assert shell.run("run-job", "seal", "--again").output == (
        "seal: 0 taken up again\nseal: 0 papers tried\n")
    assert shell.run("run-job", "dance").exit_code == 2


def test_finds_a_healthy_installation_healthy(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    with running() as (_room, url):
        done = shell.run("doctor", PORTAL_SMTP_URL=url)
    assert done.exit_code == 0, done.output
    for what in ("settings", "database", "migrations", "keys", "clock", "seal", "mail"):
        assert f"ok   {what}" in done.output


def test_finds_what_is_wrong_and_says_what_to_do(shell: Shell) -> None:
    assert "PORTAL_MASTER_KEY" in shell.run("doctor").output
    shell.run("init")
    done = shell.run("doctor", PORTAL_SMTP_URL="smtp://127.0.0.1:1")
    assert done.exit_code == 1
    assert "BAD  seal: no practice yet. Run: portal create-coach" in done.output
    assert "BAD  mail" in done.output


def test_announces_a_seal_near_its_end(shell: Shell, world: World) -> None:
    shell.run("init")
    coach(shell)
    soon = SystemClock().now() + timedelta(days=59)
    with world.ground.engine.begin() as connection:
        connection.execute(update(Seal).values(ends_at=soon))
    done = shell.run("doctor")
    assert f"BAD  seal: valid until {soon:%Y-%m-%d}. Its end is near." in done.output
    assert "/practice/seal" in done.output


@pytest.mark.needs("openssl")
def test_asks_the_time_stamping_service_where_there_is_one(shell: Shell, tmp_path: Path) -> None:
    shell.run("init")
    assert "ok   time stamps: none" in shell.run("doctor").output
    with stamping(tmp_path / "stamps") as service:
        good = shell.run("doctor", PORTAL_TSA_URL=service.url).output
        service.mood = lambda _good: (200, b"<html>The hotel welcomes you</html>")
        bad = shell.run("doctor", PORTAL_TSA_URL=service.url).output
    assert "ok   time stamps: the service answers (PAdES B-LT)" in good
    assert "BAD  time stamps: stamp_nonsense." in bad


def test_makes_lists_anew_by_hand(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    assert shell.run("run-job", "lists").output == "lists: 0 lists made\n"
    assert shell.run("run-job", "renewals").output == "renewals: 0 papers tried\n"


def test_finds_a_clockwork_that_does_not_run_and_what_was_set_aside(
    shell: Shell, world: World
) -> None:
    shell.run("init")
    coach(shell)
    assert "ok   clockwork: has not run yet" in shell.run("doctor").output
    shell.run("run-job", "lists")
    assert "ok   clockwork: last ran" in shell.run("doctor").output
    before = SystemClock().now() - timedelta(minutes=6)
    with world.ground.work(writes=True) as work:
        work.session.get_one(JobRun, TICK).ended_at = before
        work.session.add(JobRun(name="forget", due_at=before, trouble="OperationalError"))
        work.session.add(FailingItem(
            job="deadlines", item_id="1" * 32, tries=5, trouble="RuntimeError", first_at=before,
            due_at=before, set_aside_at=before))
    done = shell.run("doctor")
    assert done.exit_code == 1
    assert f"BAD  clockwork: last ran {before:%Y-%m-%d %H:%M} UTC. Start" in done.output
    assert "BAD  clockwork: forget failed as a whole (OperationalError)." in done.output
    assert ("BAD  set aside: deadlines: 1 that failed 5 times. Once that is mended, run: "
            "portal run-job deadlines --again") in done.output


def test_counts_the_mails_that_did_not_arrive(shell: Shell, world: World) -> None:
    shell.run("init")
    coach(shell)
    assert "ok   mails: all arrived in 7 days" in shell.run("doctor").output
    now = SystemClock().now()
    with world.ground.work(writes=True) as work:
        for number, (ended, trouble, days, topic) in enumerate((
                ("bounced", "smtp_550", 1, "mail"), ("bounced", "smtp_550", 2, "news"),
                ("given_up", "smtp_451", 1, "mail"), ("given_up", "broke_KeyError", 1, "news"),
                ("given_up", "TimeoutError", 8, "mail"), ("given_up", "stamp_down", 1, "seal"))):
            at = now - timedelta(days=days)
            work.session.add(Notice(
                id=f"{number:032}", practice_id="1" * 32, topic=topic, name="copy_ready",
                dedupe=str(number), created_at=at, due_at=at, settled_at=at, settled_as=ended,
                trouble=trouble))
    done = shell.run("doctor")
    assert done.exit_code == 1
    told = [line for line in done.output.splitlines() if " mails: " in line]
    assert told == [
        "ok   mails: 2 came back in 7 days (smtp_550); their coaches see to whom",
        "BAD  mails: 1 could not be written in 7 days (broke_KeyError). Their coaches see to whom; "
        "look into the log.",
        "BAD  mails: 1 were given up in 7 days (smtp_451). Check PORTAL_SMTP_URL; their coaches "
        "see to whom."]


@pytest.mark.alters_schema
def test_finds_a_database_that_was_not_brought_up_to_date(shell: Shell, world: World) -> None:
    shell.run("init")
    with world.ground.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert "run: portal init" in shell.run("doctor").output


def test_finds_a_database_that_does_not_answer(shell: Shell) -> None:
    shell.run("init")
    done = shell.run("doctor", PORTAL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.exit_code == 1
    assert "BAD  database" in done.output


def test_finds_another_installations_keys(shell: Shell) -> None:
    shell.run("init")
    coach(shell)
    key = "q1wi5Qmz3bq5yq8d5m9rjC6dY0m6hJvC5s2sXc0f1nE="
    assert "BAD  keys" in shell.run("doctor", PORTAL_MASTER_KEY=key).output


def test_keeps_secrets_out_of_what_it_prints(shell: Shell) -> None:
    shell.run("init")
    keys = (config.instance_folder(shell.environment) / "keys.env").read_text()
    printed = shell.run("doctor", "--keys-backed-up").output + shell.run("init").output
    printed += shell.run("rotate-keys").output
    printed += (config.instance_folder(shell.environment) / "keys.copied").read_text()
    keys += (config.instance_folder(shell.environment) / "keys.env").read_text()
    for line in keys.splitlines():
        _name, equals, value = line.partition("=")
        assert not equals or value not in printed


def test_answers_vectors_one_object_a_line(shell: Shell) -> None:
    done = shell.run("decide", str(VECTORS))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert len(answers) == len(vectors())
    assert list(answers[0]) == ["id", "decision", "code", "by", "obligations", "outside"]
    assert done.stderr == ""


def test_compares_vectors_with_what_they_expect(shell: Shell, tmp_path: Path) -> None:
    good = shell.run("decide", "--check", str(VECTORS))
    assert good.exit_code == 0
    assert good.stderr == f"{len(vectors())} vectors, 0 differ\n"
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"vectors": [vectors()[0] | {"expect": {"code": "WITHDRAWN"}}]}))
    bad = shell.run("decide", "--check", str(wrong))
    assert bad.exit_code == 1
    assert bad.stderr == "V01: not as expected: code\n1 vectors, 1 differ\n"
    assert shell.run("decide", str(wrong)).exit_code == 0


@pytest.mark.parametrize("text", ["", "{}", '{"vectors": [{"id": "A", "world": {}}]}'])
def test_answers_nothing_where_a_world_cannot_be_read(
    shell: Shell, tmp_path: Path, text: str,
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    done = shell.run("decide", "--check", str(file))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    file.write_bytes(b"\xff")
    assert shell.run("decide", str(file)).exit_code == 2
    assert shell.run("decide", str(tmp_path / "nowhere.json")).exit_code == 2
