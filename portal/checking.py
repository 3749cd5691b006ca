"""Whether a file is a genuine paper, with nothing but the file and root certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from portal.desk.actions import keep_board
from portal.evidence.queries import every_root
from portal.evidence.queries.proving import LARGEST, examine_file, read_roots
from portal.ground import config
from portal.ground.clock import SystemClock
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from portal.evidence.policy.proving import FileTold

#: A file of so many bytes takes long enough to be watched.
LONG = 4 * 1024 * 1024


def check_file(
    path: Path, roots: list[bytes],
    bar: Callable[..., AbstractContextManager[Callable[[int], object]]],
) -> FileTold:
    """Return what a file is; raises `OSError` where it cannot be opened, `ValueError` for a root
    that is none.

    Without `roots` (PEM) those of this installation count, where there is one. A long file is
    read under a `bar`, apart from what is answered.
    """
    known = read_roots(roots or own_roots())
    size = path.stat().st_size
    if not LONG < size <= LARGEST:
        return examine_file(path, known)
    with bar(size, "Bytes of the file", aside=True) as went_on:
        return examine_file(path, known, went_on)


def own_roots() -> list[bytes]:
    """Return the roots of this installation (PEM); none where there is no installation."""
    try:
        ground = make_ground(config.load(), SystemClock(), keep_notes, keep_board)
        try:
            with ground.work(writes=False) as work:
                return every_root(work)
        finally:
            ground.engine.dispose()
    except (config.BadSettings, SQLAlchemyError):
        return []
