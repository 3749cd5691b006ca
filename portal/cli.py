"""The command `portal`: set up, run, look after."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal.auditing import audit
from portal.ground import config
from portal.keeping import erase_engagement, rotate_keys
from portal.revoking import let_back_in, revoke
from portal.saving import backup, backup_key, restore
from portal.shell import bar as _bar
from portal.shell import ground as _ground
from portal.shell import may_run as _may_run
from portal.shell import said as _said
from portal.shell import settings as _settings

if TYPE_CHECKING:
    from typing import BinaryIO


@click.group()
def main() -> None:
    """Consent portal for coaching practices."""


main.add_command(rotate_keys)
main.add_command(erase_engagement)
main.add_command(revoke)
main.add_command(let_back_in)
main.add_command(audit)
main.add_command(backup)
main.add_command(backup_key)
main.add_command(restore)


@main.command()
def init() -> None:
    """Make the keys and the database of this installation, or bring the database up to date."""
    from portal import schema
    from portal.desk import actions
    from portal.ground import keyfile

    path = config.instance_folder() / keyfile.NAME
    if path.exists():
        click.echo(f"Keys: {path} is there and stays as it is")
    else:
        click.echo(f"Keys: made {keyfile.write_keys(path.parent, keyfile.new_keys())}. "
                   "Keep a copy apart from the backups.")
    settings = _settings()
    with _said(), _ground(settings, announced=False) as ground:
        copy = schema.bring_up_to_date(ground.engine)
        actions.rebuild_board(ground)
    click.echo("Database: up to date" + (
        f". As it was before it is kept as {copy}: delete it once you are sure" if copy else ""))
    click.echo("Next: portal create-coach, then portal serve")


@main.command("create-coach")
@click.option("--name", prompt="Full name", help="The coach's full name.")
@click.option("--email", prompt="Mail address", help="The address for signing in.")
@click.option("--practice", prompt="Name of the practice", help="As people will read it.")
@click.option("--country", prompt="Country (two letters, for example AT)", help="ISO 3166 code.")
@click.option("--timezone", prompt="Time zone (for example Europe/Vienna)", help="IANA name.")
@click.option("--contact", prompt="Contact line (address and how to reach you)",
              help="Stands on papers and in mails.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True,
              envvar="PORTAL_COACH_PASSWORD", help="At least 12 characters.")
def create_coach(
    name: str, email: str, practice: str, country: str, timezone: str, contact: str, password: str
) -> None:
    """Found a practice with its seal and its owner's account."""
    from portal.founding import Founding, found

    with _said(), _ground(_settings()) as ground, ground.work(writes=True) as work:
        found(work, Founding(name, email, practice, country, timezone, contact, password))
    click.echo("Done. Sign in with this address and password; the portal then asks to set up an "
               "authenticator app.")


@main.command()
@click.option("--worker/--no-worker", default=True, help="Run the clockwork beside the server.")
def serve(*, worker: bool) -> None:
    """Serve the portal (gunicorn, threads)."""
    from portal.server import run

    settings = _settings()
    why = settings.why_not_serve()
    if why:
        raise click.ClickException(why)
    with _ground(settings) as ground:
        _may_run(ground)
        ground.engine.dispose()
        run(settings, worker=worker)


@main.command()
def worker() -> None:
    """Run the clockwork alone: mail, sealing, deadlines."""
    from portal import worker as clockwork

    with _ground(_settings()) as ground:
        _may_run(ground)
        clockwork.run(ground, lambda: click.echo("The clockwork runs. Stop it with Ctrl+C."))
    click.echo("The clockwork has stopped.")


@main.command("run-job")
@click.argument("name")
@click.option("--again", is_flag=True, help="Begin with what was set aside, too.")
def run_job(name: str, *, again: bool) -> None:
    """Run one job of the clockwork now: mail, door, seal, renewals, lists, deadlines, voice,
    hand-overs, forget, checkpoints, backups."""
    from portal.jobs import JOBS, by_hand
    from portal.worker import finishing

    if name not in JOBS:
        raise click.BadParameter(f"one of {', '.join(JOBS)}")
    with _said(), _ground(_settings()) as ground, finishing(ground):
        for line in by_hand(ground, name, again=again):
            click.echo(line)


@main.command("rebuild-board")
def rebuild_board() -> None:
    """Make the board anew from the records; nothing else changes, and it may be done any time."""
    from portal.desk import actions

    with _ground(_settings()) as ground:
        count = actions.rebuild_board(ground)
    click.echo(f"Board: made anew for {count} engagements")


class CannotRead(click.ClickException):
    """Say that what was handed in cannot be read; the exit code is 2."""

    exit_code = 2


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--check", is_flag=True, help="Compare with what each vector expects; exit 1 on "
                                            "any difference.")
def decide(file: BinaryIO, *, check: bool) -> None:
    """Answer a file of vectors, one JSON object a line; - reads what is piped in.

    A file that cannot be read, or a world in it, is an error with exit code 2 and no answer at
    all.
    """
    from portal.sharing.policy.vectors import BadVectors, answer_vectors

    try:
        answers = answer_vectors(file.read().decode())
    except (BadVectors, UnicodeDecodeError) as wrong:
        raise CannotRead(str(wrong)) from wrong
    for one in answers:
        click.echo(one.told())
    wrong_ones = [one for one in answers if one.differs]
    if check:
        for one in wrong_ones:
            click.echo(f"{one.id}: not as expected: {', '.join(one.differs)}", err=True)
        click.echo(f"{len(answers)} vectors, {len(wrong_ones)} differ", err=True)
        sys.exit(1 if wrong_ones else 0)


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--root", "roots", multiple=True, type=click.File("rb"),
              help="A root certificate (PEM) that the seal may stand under; without it, those of "
                   "this installation.")
@click.option("--ledger", is_flag=True, help="Walk the record of this installation.")
@click.option("--kept", multiple=True, type=click.File("rb"),
              help="With --ledger: a checkpoint that was kept elsewhere, to be compared.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def verify(
    file: Path | None, *, roots: tuple[BinaryIO, ...], ledger: bool, kept: tuple[BinaryIO, ...],
    as_json: bool,
) -> None:
    """Look whether a sealed paper is genuine, to the last bit, by FILE and root certificate alone:
    exit 0 if it is, 1 if not, 2 if that cannot be said.

    With --ledger look whether the record is whole; exit 1 if it is not. Every entry of every
    chain is examined, then the checkpoints, then what the papers name.
    """
    if (file is None) != ledger or (kept and not ledger):
        raise click.UsageError("say what to verify: a file, or --ledger")
    if file is not None:
        from portal.checking import check_file

        try:
            told_of_it = check_file(file, [root.read() for root in roots], _bar)
        except (OSError, ValueError) as wrong:
            raise CannotRead(str(wrong)) from wrong
        click.echo(told_of_it.as_json() if as_json else told_of_it.in_words())
        sys.exit(told_of_it.exit_code)
    from portal.ledger.queries import entry_count
    from portal.witness.queries import examine

    notes = [one.read() for one in kept]
    with _ground(_settings()) as ground, ground.work(writes=False) as work:
        if as_json:
            told = examine(work, notes)
        else:
            with _bar(entry_count(work), "Entries of the record") as went_on:
                told = examine(work, notes, went_on)
    click.echo(told.as_json() if as_json else told.in_words())
    sys.exit(0 if told.is_whole else 1)


@main.command()
@click.option("--keys-backed-up", is_flag=True, help="Write down first that you have put a copy of "
                                                     "the keys, as they are now, elsewhere.")
def doctor(*, keys_backed_up: bool) -> None:
    """Say what is wrong with this installation and what to do; exit 1 if anything is."""
    from portal.doctor import examine
    from portal.ground.clock import SystemClock
    from portal.ground.keyring import say_copied

    if keys_backed_up:
        say_copied(_settings(), SystemClock().now())
    findings = examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'BAD '} {finding.what}: {finding.says}")
    sys.exit(0 if all(finding.good for finding in findings) else 1)


@main.command()
@click.option("--port", default=8000, help="The port on 127.0.0.1.")
@click.option("--fresh", is_flag=True, help="Throw the demo's database away and begin anew.")
@click.option("--empty", is_flag=True, help="Begin with Ana's practice alone, and nobody in it.")
def demo(port: int, *, fresh: bool, empty: bool) -> None:
    """Try everything on this machine: a practice, its people, a mailbox, an authenticator."""
    from portal.demo import run

    with _said():
        run(port, fresh=fresh, empty=empty, bar=_bar)


@main.command()
@click.option("--engagements", default=20, show_default=True, type=click.IntRange(1, 5000),
              help="How many engagements live in it.")
@click.option("--months", default=13, show_default=True, type=click.IntRange(2, 60),
              help="How many months go by.")
@click.option("--seed", default=1, show_default=True, help="From which all habits follow.")
def simulate(engagements: int, months: int, seed: int) -> None:
    """Live through months of a practice in minutes, and report what became of everything.

    All is done by the portal's own code on a database that is thrown away.
    """
    from portal.simulate import run

    with _said():
        told = run(engagements, months, seed, partial(_bar, aside=True))
    click.echo(told.in_words())


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def samples(folder: Path) -> None:
    """Write what the portal hands out into an empty folder: papers, calendars, mails, an index.

    They are made anew with the demo's people, and no installation is touched. Exit 1 for a folder
    that holds something.
    """
    from portal.demo.samples import INDEX, write_samples

    with _said():
        made = write_samples(folder, _bar)
    click.echo(f"Wrote {len(made)} files; {folder / INDEX} says what each of them is.")
