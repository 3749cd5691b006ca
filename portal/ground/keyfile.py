"""Secrets that lie in files: the key file of an instance, and files named by the environment.

The key file `keys.env` is written once, for its owner alone, and never overwritten: losing a
master key loses what it wrapped.
"""

from __future__ import annotations

import base64
import os
import stat
from typing import TYPE_CHECKING

from portal.ground import chance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "keys.env"
KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def new_keys() -> dict[str, str]:
    """Return fresh keys for a new installation, by the names of their settings."""
    return {
        name: base64.b64encode(chance.secret_bytes(KEY_BYTES)).decode("ascii")
        for name in ("PORTAL_SECRET_KEY", "PORTAL_LINK_KEY", "PORTAL_MASTER_KEY")
    }


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


def is_open_to_others(path: Path) -> bool:
    """Tell whether anyone but the owner may read or change this file (POSIX modes)."""
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
