"""Taking a backup each night, and letting the older ones go."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from portal.backup.making import take
from portal.backup.policy import Keep, let_go, name_at
from portal.ground.agefile import Lock
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portal.ground.work import Ground


class RecordNotWhole(PortalError):
    """Say that a backup was written of a record that is not whole; the older ones all stay."""


def back_up(ground: Ground) -> int:
    """Write a backup into the folder of the settings, then delete those that need not be kept any
    longer; returns how many were written: none where backups are off.

    Only files whose names the clockwork gives are ever deleted, and never the newest. Raises
    `RecordNotWhole` where the record is not, and deletes nothing then.
    """
    settings = ground.settings
    if not settings.backup_dir:
        return 0
    folder = Path(settings.backup_dir)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = take(ground, folder / name_at(ground.clock.now()),
                 Lock(recipients=settings.backup_to), bar=_unseen)
    if taken.manifest.findings:
        raise RecordNotWhole("The record is not whole. Run: portal verify --ledger")
    keep = Keep(settings.backup_days, settings.backup_weeks, settings.backup_months)
    for name in let_go([one.name for one in folder.iterdir()], keep):
        (folder / name).unlink(missing_ok=True)
    return 1


@contextmanager
def _unseen(_length: int) -> Iterator[Callable[[int], object]]:
    yield lambda _count: None
