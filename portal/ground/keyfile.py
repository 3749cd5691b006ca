"""Secrets that lie in files: the key file of an instance, and files named by the environment.

The key file `keys.env` is written for its owner alone. `portal init` never overwrites it, for
losing a master key loses what it wrapped; a rotation puts a whole new file in its place.
"""

from __future__ import annotations

import base64
import fcntl
import os
import stat
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from portal.ground import chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

NAME = "keys.env"
MASTER, PREVIOUS = "PORTAL_MASTER_KEY", "PORTAL_MASTER_KEY_PREVIOUS"
KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def new_keys() -> dict[str, str]:
    """Return fresh keys for a new installation, by the names of their settings."""
    return {name: new_key() for name in ("PORTAL_SECRET_KEY", "PORTAL_LINK_KEY", MASTER)}


def new_key() -> str:
    """Return 32 unguessable bytes as base64."""
    return base64.b64encode(chance.secret_bytes(KEY_BYTES)).decode("ascii")


def write_keys(instance: Path, keys: Mapping[str, str]) -> Path:
    """Write the key file with mode 0600 and return its path; one that exists is never touched.

    Raises `FileExistsError` in that case.
    """
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = instance / NAME
    lines = "".join(f"{name}={value}\n" for name, value in keys.items())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("# The keys of this portal. Keep a copy apart from the backups.\n" + lines)
        file.flush()
        os.fsync(file.fileno())
    return path


def read_keys(path: Path) -> dict[str, str]:
    """Return the names and values of a key file; lines with `#` in front are comments.

    Raises `ValueError` naming the line that is no `NAME=value`, never its text.
    """
    found = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"line {number} of {path} is not NAME=value")
        found[name.strip()] = value.strip()
    return found


def master_keys(instance: Path) -> tuple[str, ...]:
    """Return the master keys that stand in the key file now, newest first.

    There are none where no key file is, or where others may read it.
    """
    path = instance / NAME
    if not path.is_file() or is_open_to_others(path):
        return ()
    keys = read_keys(path)
    return tuple(key for key in (keys.get(MASTER, ""), *_listed(keys)) if key)


def rereading(instance: Path, master: str) -> Callable[[], tuple[str, ...]]:
    """Return how master keys are read anew; where `master` comes from elsewhere than the key file,
    nothing that lies in one may help out.

    A rotation may have begun or ended since the settings were read, so one key in common is enough.
    """
    read = partial(master_keys, instance)
    return read if master in read() else tuple


def add_master(instance: Path) -> None:
    """Put a new master key into the key file; the one before stays, as the newest previous."""
    keys = read_keys(instance / NAME)
    before = [keys[MASTER], *_listed(keys)]
    _replace(instance / NAME, {MASTER: new_key(), PREVIOUS: ",".join(before)})


def drop_previous(instance: Path) -> None:
    """Take the previous master keys out of the key file."""
    _replace(instance / NAME, {PREVIOUS: ""})


def _listed(keys: Mapping[str, str]) -> list[str]:
    return [key.strip() for key in keys.get(PREVIOUS, "").split(",") if key.strip()]


def _replace(path: Path, changes: Mapping[str, str]) -> None:
    """Write the file anew with some values changed: all of it or nothing, whenever it is stopped.

    Owner and comments stay. What a run that was stopped left beside it is written over.
    """
    path = path.resolve()
    lines = [line for line in path.read_text(encoding="utf-8").splitlines()
             if line.partition("=")[0].strip() not in changes]
    lines += [f"{name}={value}" for name, value in changes.items() if value]
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    owner = path.stat()
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        # A root who rotates must not take the file away from the user whom the portal runs as.
        os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    with _open_folder(path.parent) as folder:
        os.fsync(folder)


@contextmanager
def alone(instance: Path) -> Iterator[bool]:
    """Tell whether nobody else rotates the keys of this folder, and keep it so for the block.

    The lock ends with the process, however that ends.
    """
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_folder(instance) as folder:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _open_folder(path: Path) -> Iterator[int]:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield folder
    finally:
        os.close(folder)


def is_open_to_others(path: Path) -> bool:
    """Tell whether anyone but the owner may read or change this file (POSIX modes)."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
