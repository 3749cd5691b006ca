"""The keys of an installation as one can look at them: where they lie, what needs them, and whether
somebody has said that there is a copy."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from portal.ground import keyfile
from portal.ground.vault import DataKey

if TYPE_CHECKING:
    from portal.ground.settings import Settings
    from portal.ground.work import Ground

#: Beside the key file: when somebody said that a copy of the keys lies elsewhere, and of which.
COPIED = "keys.copied"


@dataclass(frozen=True, slots=True)
class Needs:
    """Count the data keys: under the newest master, under previous ones, under one that is not
    configured, destroyed; and say when one was last wrapped anew."""

    newest: int
    previous: int
    unknown: int
    destroyed: int
    rotated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """Hold when somebody said that there is a copy of the keys, and whether it is of these."""

    at: datetime
    same: bool


def needs_of(ground: Ground) -> Needs:
    """Return what the data keys of the database need."""
    with ground.work(writes=False) as work:
        counts = {row.master_id: int(row[1]) for row in work.session.execute(
            select(DataKey.master_id, func.count()).group_by(DataKey.master_id))}
        rotated_at = work.session.scalar(select(func.max(DataKey.wrapped_at)))
    destroyed, newest = counts.pop("", 0), counts.pop(ground.vault.newest, 0)
    previous = sum(count for master_id, count in counts.items() if ground.vault.holds(master_id))
    return Needs(newest, previous, sum(counts.values()) - previous, destroyed, rotated_at)


def where(settings: Settings) -> str:
    """Return where the keys come from, in words: the key file with its mode and owner, or
    elsewhere."""
    path = settings.instance_dir / keyfile.NAME
    if settings.master_keys != keyfile.master_keys(settings.instance_dir):
        return "comes from the environment, or from files that it names"
    found = path.stat()
    try:
        owner = path.owner()
    except KeyError:
        owner = f"user {found.st_uid}"
    return f"lies in {path} (mode {stat.S_IMODE(found.st_mode):o}, owner {owner})"


def lies_with_database(settings: Settings) -> bool:
    """Tell whether a copy of the folder in which the database lies has the key file in it."""
    address = make_url(settings.database_url)
    path = settings.instance_dir / keyfile.NAME
    if address.get_backend_name() != "sqlite" or not address.database or not path.exists():
        return False
    return path.resolve().is_relative_to(Path(address.database).resolve().parent)


def say_copied(settings: Settings, now: datetime) -> None:
    """Write down that somebody says: a copy of these keys lies elsewhere."""
    settings.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.instance_dir / COPIED).write_text(
        f"{now.isoformat()} {_digest(settings)}\n", encoding="ascii")


def said_copied(settings: Settings) -> Said | None:
    """Return what somebody said of a copy, or None where nobody did."""
    path = settings.instance_dir / COPIED
    if not path.is_file():
        return None
    at, _space, digest = path.read_text(encoding="ascii").strip().partition(" ")
    return Said(datetime.fromisoformat(at), digest == _digest(settings))


def _digest(settings: Settings) -> str:
    """Return a digest of every key in use: of random bytes it tells nothing."""
    keys = sorted((*settings.secret_keys, *settings.link_keys, *settings.master_keys))
    return hashlib.sha256("\n".join(("portal/copied", *keys)).encode()).hexdigest()
