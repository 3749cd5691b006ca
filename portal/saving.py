"""The commands that take a backup and bring one back."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from portal.ground import config, keyfile
from portal.shell import bar, ground, said, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portal.backup.policy import About, Manifest
    from portal.backup.reading import Reading
    from portal.backup.scratch import Found
    from portal.ground.agefile import Key, Lock
    from portal.ground.settings import Settings

#: A backup that was written, of a record that is not whole.
_NOT_WHOLE = 3

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--to", "recipients", multiple=True, metavar="age1…",
              help="A public key: whoever has its key can open the backup. Without it a passphrase "
                   "is asked for.")
@click.option("--passphrase-file", type=click.File("r"), help="A file whose first line is the "
                                                              "passphrase.")
@click.option("--with-keys", is_flag=True, help="Put the key file of this installation into it.")
def backup(
    file: Path, *, recipients: tuple[str, ...], passphrase_file: IO[str] | None,
    with_keys: bool,
) -> None:
    """Write everything that this portal holds into a new, encrypted FILE, while it runs.

    Exit 0 when it is written whole, 1 when nothing is, 3 when it is written and the record in it
    is not whole.
    """
    from portal.backup.making import take

    known = settings()
    lock = _lock(recipients, passphrase_file)
    keys = _key_file(known) if with_keys else None
    with said(), ground(known) as made:
        done = take(made, file, lock, keys=keys,
                    bar=partial(bar, what="Rows written", aside=True))
    click.echo(f"Written: {file}, {done.size:,} bytes, {_size(done.about, done.manifest)}")
    click.echo("The keys of this portal are in it: whoever opens it can read everything." if keys
               else "The keys of this portal are not in it. Without them nobody can read names, "
                    "texts and papers: keep a copy of them apart.")
    click.echo(f"To see whether it can be restored: portal restore --check {file}")
    for finding in done.manifest.findings:
        click.echo(finding, err=True)
    sys.exit(_NOT_WHOLE if done.manifest.findings else 0)


@click.command("backup-key")
@click.argument("file", type=_FILE)
def backup_key(file: Path) -> None:
    """Make a key that opens backups, in a new FILE, and print its public key.

    Keep the file away from this machine: the portal needs the public key alone.
    """
    from portal.ground.agefile import new_key

    key, public = new_key()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as no:
        raise click.ClickException(f"{file} cannot be made: {no.strerror}.") from no
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(f"# public key: {public}\n{key}\n")
    click.echo(public)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Only say what is in it and whether it is whole.")
@click.option("--key-file", type=click.File("r"), help="The file of the key that opens it.")
@click.option("--passphrase-file", type=click.File("r"), help="A file whose first line is the "
                                                              "passphrase.")
@click.option("--although-not-whole", is_flag=True, help="Accept what was wrong with the record "
                                                         "already when the backup was taken.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(
    file: Path, *, check: bool, key_file: IO[str] | None,
    passphrase_file: IO[str] | None, although_not_whole: bool, yes: bool,
) -> None:
    """Examine a backup, and let it take the place of what this portal holds.

    Every chain, checkpoint, row and sealed file is examined in a scratch place before anything is
    replaced; the database of before is kept under another name. Exit 1 when nothing was replaced.
    """
    from portal.backup.reading import opened

    key = _key(file, key_file, passphrase_file)
    folder = config.instance_folder()
    with _refused(), opened(file, key, folder if folder.is_dir() else None) as reading:
        if check:
            _check(reading)
        else:
            _restore(reading, although_not_whole=although_not_whole, yes=yes)


def _check(reading: Reading) -> None:
    from portal.backup.restoring import look, settings_for, why_not_restore

    try:
        known, _brought = settings_for(reading, os.environ)
    except config.BadSettings:
        known = config.Settings(secret_key="", link_key="", master_key=keyfile.new_key())
    folder = known.instance_dir if known.instance_dir.is_dir() else None
    with ground(known) as made:
        found = look(reading, made, folder, partial(bar, aside=True))
    _tell(reading.about, found)
    if found.unopened:
        click.echo("The keys that open its names, texts and papers are not here, so no paper was "
                   "opened. Their bytes are those of the backup.")
    why = why_not_restore(found, although_not_whole=False)
    if why is not None and (found.faults or found.known):
        raise click.ClickException(why)
    click.echo("Whole: it can be restored.")


def _restore(reading: Reading, *, although_not_whole: bool, yes: bool) -> None:
    from portal.backup.restoring import restoring, settings_for, why_not_restore

    try:
        known, brought = settings_for(reading, os.environ)
    except config.BadSettings as wrong:
        raise click.ClickException(str(wrong)) from wrong
    with ground(known, announced=False) as made, restoring(
            reading, made, partial(bar, aside=True), brought_keys=brought) as waiting:
        _tell(waiting.about, waiting.found)
        why = why_not_restore(waiting.found, although_not_whole=although_not_whole)
        if why is not None:
            raise click.ClickException(why)
        if not yes:
            click.confirm("What was written after that is lost. Let it take the place of what is "
                          "here?", abort=True)
        done = waiting.go_on()
    click.echo("Restored.")
    if done.aside:
        click.echo(f"What was here before is kept as {done.aside}. It holds personal data: delete "
                   "it once you are sure.")
    if done.keys:
        click.echo(f"Keys: {done.keys} was in the backup.")
    click.echo("Everybody signs in anew. Every link, program's key and calendar address has ended: "
               "some may have been ended after the backup, and would work again. People get a new "
               "link at /lost or from their coach. Members, passwords and authenticators are those "
               "of that day: look through them at /practice/people.")
    click.echo(f"{done.mails} mails wait. What went out after the backup goes out once more, under "
               "the same Message-ID.")
    click.echo("Next: portal doctor, then portal serve")


def _tell(about: About, found: Found) -> None:
    click.echo(f"Taken {about.taken_at} on {about.database} by a portal of version {about.portal}, "
               f"tables at {about.revision}")
    click.echo(f"Practices: {', '.join(found.practices) or 'none'}")
    click.echo(f"{found.engagements} engagements, {found.rows} rows, {found.entries} entries of "
               f"the record, {found.papers} papers and scans" + (
                   f", {found.erased} of them erased" if found.erased else ""))


def _size(about: About, manifest: Manifest) -> str:
    return (f"{manifest.engagements} engagements, {about.rows} rows, {len(manifest.papers)} papers "
            "and scans")


@contextmanager
def _refused() -> Iterator[None]:
    from portal.backup.policy import BadBackup

    with said():
        try:
            yield
        except BadBackup as wrong:
            raise click.ClickException(f"Nothing was replaced. This backup is not good: {wrong}."
                                       ) from wrong
        except OSError as no:
            raise click.ClickException(f"Nothing was replaced. {no.strerror or no}.") from no


def _lock(recipients: tuple[str, ...], passphrase_file: IO[str] | None) -> Lock:
    from portal.backup.policy import why_not_passphrase
    from portal.ground.agefile import Lock, why_not_recipient

    if recipients and passphrase_file is not None:
        raise click.UsageError("a public key or a passphrase, not both")
    for one in recipients:
        if why := why_not_recipient(one):
            raise click.BadParameter(f"{one} {why}", param_hint="--to")
    if recipients:
        return Lock(recipients=recipients)
    passphrase = (_first_line(passphrase_file) if passphrase_file is not None else
                  click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True))
    if why := why_not_passphrase(passphrase):
        raise click.ClickException(why)
    return Lock(passphrase=passphrase)


def _key(
    file: Path, key_file: IO[str] | None,
    passphrase_file: IO[str] | None,
) -> Key:
    from portal.ground.agefile import Key, read_identities, wants_passphrase

    with said():
        with file.open("rb") as begun:
            asks = wants_passphrase(begun)
        if not asks and key_file is None:
            raise click.UsageError("this backup is opened by a key: name its file with --key-file")
        if not asks and key_file is not None:
            return Key(identities=read_identities(key_file.read()))
    return Key(passphrase=_first_line(passphrase_file) if passphrase_file is not None else
               click.prompt("Passphrase", hide_input=True, err=True))


def _first_line(file: IO[str]) -> str:
    return str(file.readline()).rstrip("\r\n")


def _key_file(known: Settings) -> Path:
    path = known.instance_dir / keyfile.NAME
    if known.master_keys != keyfile.master_keys(known.instance_dir):
        raise click.ClickException(f"The keys do not come from {path}, so they cannot go along. "
                                   "Keep a copy of them where they are kept.")
    return path
