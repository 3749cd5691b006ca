"""Rotation: every data key is wrapped anew under a new master key, while the portal runs.

The new key stands in the key file before anything is wrapped by it, and the previous one stays
until nothing needs it. So whatever is stopped in the middle leaves a database that opens, and
doing it again goes on. Processes that run meanwhile read the key file anew when they meet a data
key that was wrapped since (`Vault`), and make no key any more under the master that was left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text, update

from portal.ground import keyfile
from portal.ground.db import scrub
from portal.ground.vault import OWN, DataKey
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement

    from portal.ground.settings import Settings
    from portal.ground.work import Ground, Work

#: So many data keys are wrapped anew in one transaction.
BATCH = 100

_ELSEWHERE = (
    "The master key does not come from {path}, so it is changed where it comes from: make "
    "PORTAL_MASTER_KEY a new key (base64 of 32 random bytes), put the present one in front of "
    "PORTAL_MASTER_KEY_PREVIOUS, start everything that runs the portal anew, then run this again."
)


class CannotRotate(PortalError):
    """Say why the master key is not changed, and what to do."""


def prepare(settings: Settings) -> None:
    """Put a new master key into the key file, unless a rotation is under way already.

    It is as long as a previous key is configured. Raises `CannotRotate` where the keys come from
    elsewhere and nobody has put a new one there.
    """
    if not settings.master_key_previous:
        if not _in_file(settings):
            raise CannotRotate(_ELSEWHERE.format(path=settings.instance_dir / keyfile.NAME))
        keyfile.add_master(settings.instance_dir)


def _in_file(settings: Settings) -> bool:
    return settings.master_keys == keyfile.master_keys(settings.instance_dir)


def begin(ground: Ground) -> None:
    """Let the newest master be the one in use: no data key is made under another from now on.

    The installation's own key is written down the first time. It is made of the oldest master
    that is configured, as every digest so far was.
    """
    with ground.work(writes=True) as work:
        if ground.engine.dialect.name == "postgresql":
            # Who makes a data key at this moment, and saw no key in use, is waited for.
            work.session.execute(text("LOCK TABLE data_key IN ACCESS EXCLUSIVE MODE"))
        if work.session.get(DataKey, OWN) is None:
            work.session.add(ground.vault.wrap(
                OWN, "", OWN, ground.vault.derived, work.now, ground.vault.newest))
        else:
            _wrap(work, [OWN])


def left(ground: Ground) -> int:
    """Return how many data keys still need a master that is not the newest."""
    with ground.work(writes=False) as work:
        return work.session.scalar(
            select(func.count()).select_from(DataKey).where(*_older(ground))) or 0


def _older(ground: Ground) -> Iterator[ColumnElement[bool]]:
    yield DataKey.master_id != ground.vault.newest
    yield DataKey.destroyed_at.is_(None)


def wrap_all(ground: Ground, went_on: Callable[[int], object]) -> None:
    """Wrap every data key by the newest master, some in each transaction; tells how many."""
    last = ""
    while True:
        with ground.work(writes=True) as work:
            ids = list(work.session.scalars(
                select(DataKey.id)
                .where(DataKey.id > last, *_older(ground))
                .order_by(DataKey.id).limit(BATCH)))
            _wrap(work, ids)
        if not ids:
            return
        last = ids[-1]
        went_on(len(ids))


def _wrap(work: Work, ids: list[str]) -> None:
    vault = work.ground.vault
    rows = work.session.execute(
        select(DataKey.id, DataKey.master_id, DataKey.wrapped)
        .where(DataKey.id.in_(ids), *_older(work.ground))
        .order_by(DataKey.id).with_for_update(key_share=True)).all()
    if rows:
        work.session.execute(update(DataKey), [
            {"id": row.id, "master_id": vault.newest, "wrapped_at": work.now,
             "wrapped": vault.wrap_anew(*row)} for row in rows])


def drop(ground: Ground) -> None:
    """Take the previous master keys out of the key file, once nothing in the database needs them.

    Nothing can come to need one afterwards: no process makes a key under a master that was left.
    Raises `CannotRotate` where something does, or where the keys come from elsewhere.
    """
    settings, waits = ground.settings, left(ground)
    if not settings.master_key_previous:
        raise CannotRotate("There is no previous master key.")
    if waits or not _is_begun(ground):
        raise CannotRotate(f"{waits} data keys still need a previous master key. Run: portal "
                           "rotate-keys")
    if not _in_file(settings):
        raise CannotRotate("Nothing needs PORTAL_MASTER_KEY_PREVIOUS any more. Take it out where "
                           "it is set, and start everything that runs the portal anew.")
    keyfile.drop_previous(settings.instance_dir)
    scrub(ground.engine, "data_key")


def _is_begun(ground: Ground) -> bool:
    with ground.work(writes=False) as work:
        return work.session.scalar(
            select(DataKey.master_id).where(DataKey.id == OWN)) == ground.vault.newest
