"""From a file to a portal: examined in a scratch place first, put in place only then."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.backup.after import settle
from portal.backup.places import CannotRestore, place_for, scratch_in
from portal.backup.scratch import Found, examined, file_count, load
from portal.ground import config, keyfile
from portal.ground.running import alone
from portal.ground.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from portal.backup.policy import About
    from portal.backup.reading import Reading
    from portal.ground.settings import Settings
    from portal.ground.work import Ground

#: Shows how far something is: how many there are, and what.
Bar = Callable[[int, str], Any]


@dataclass(frozen=True, slots=True)
class Restored:
    """Hold what a restore came to: under which name the database of before is kept, how many
    mails wait, and where keys were written."""

    aside: str | None
    mails: int
    keys: Path | None


def keys_in(reading: Reading) -> dict[str, str]:
    """Return the keys that are in a backup, by the names of their settings."""
    if reading.keys is None:
        return {}
    found = {}
    for line in reading.keys.decode("utf-8", "replace").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip()
    return found


def settings_for(reading: Reading, environ: Mapping[str, str]) -> tuple[Settings, bool]:
    """Return the settings of this installation, and whether its keys come from the backup: they do
    where it has no key file, and nothing else names a key. Raises `BadSettings`."""
    said = {name: value for name, value in environ.items() if value}
    own = keyfile.MASTER in said or f"{keyfile.MASTER}_FILE" in said or (
        config.instance_folder(said) / keyfile.NAME).exists()
    brought = {} if own else keys_in(reading)
    return config.load({**brought, **said}), bool(brought)


def look(reading: Reading, ground: Ground, folder: Path | None, bar: Bar) -> Found:
    """Examine a backup in a scratch database that is thrown away, whatever the live one is.

    Raises `BadBackup`.
    """
    with (tempfile.TemporaryDirectory(dir=folder, prefix=".portal-check-") as home,
          scratch_in(Path(home)) as engine):
        return _examined(reading, engine, ground, bar)


def _examined(reading: Reading, engine: Engine, ground: Ground, bar: Bar) -> Found:
    with bar(reading.about.rows, "Rows put into a scratch place") as went_on:
        manifest = load(reading, engine, went_on)
    scratch = _on(ground, engine)
    with bar(file_count(scratch), "Sealed files opened") as went_on:
        return examined(scratch, manifest, went_on)


def _on(ground: Ground, engine: Engine) -> Ground:
    # What a vault remembers is of the database that it met first.
    return replace(ground, engine=engine, vault=Vault(ground.settings.master_keys))


@dataclass(frozen=True, slots=True)
class Restoring:
    """Hold a backup that was examined and waits to be put in place."""

    about: About
    found: Found
    go_on: Callable[[], Restored]


@contextmanager
def restoring(
    reading: Reading, ground: Ground, bar: Bar, *, brought_keys: bool,
) -> Iterator[Restoring]:
    """Examine a backup beside the live database, and give what puts it in place.

    Raises `CannotRestore` where anything is at work on the live database, and `BadBackup`.
    Whatever is raised, and whenever this is killed, the live database is as it was, or the
    restored one is there whole.
    """
    with alone(ground.engine) as nobody_else:
        if not nobody_else:
            raise CannotRestore("Something is at work on the database. Stop every portal serve, "
                                "portal worker and whatever else is connected, then restore again.")
        with place_for(ground.engine) as place:
            found = _examined(reading, place.engine, ground, bar)
            scratch = _on(ground, place.engine)

            def go_on() -> Restored:
                mails = settle(scratch, reading.about.taken_at)
                keys = _bring(reading, ground.settings) if brought_keys else None
                return Restored(place.put(ground.clock.now()), mails, keys)

            yield Restoring(reading.about, found, go_on)


def _bring(reading: Reading, settings: Settings) -> Path:
    """Write the key file of a backup where there is none."""
    settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.instance_dir / keyfile.NAME
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(reading.keys or b"")
        file.flush()
        os.fsync(file.fileno())
    return path


def why_not_restore(found: Found, *, although_not_whole: bool) -> str | None:
    """Return why a backup must not take the place of anything, or None."""
    if found.faults:
        return "It is not whole:\n" + "\n".join(f"- {one}" for one in found.faults)
    if found.unopened:
        return (f"The keys that are here do not open it: {found.unopened} data keys are under "
                "another master key. Bring back the keys.env of its day, or add that master key "
                "to PORTAL_MASTER_KEY_PREVIOUS, then restore again.")
    if found.known and not although_not_whole:
        return ("The record in it was not whole already when it was taken:\n"
                + "\n".join(f"- {one}" for one in found.known)
                + "\nTo restore it as it was: portal restore --although-not-whole")
    return None

