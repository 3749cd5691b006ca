"""The folder of the demo: keys, database and mail, made whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from portal import schema
from portal.demo.sink import MAIL, free_port, start_sink
from portal.demo.story import ALL, ALONE
from portal.demo.telling import DAYS, begin, tell
from portal.desk.actions import rebuild_board
from portal.ground import config, keyfile
from portal.ground.clock import StandingClock, SystemClock
from portal.ground.work import make_ground
from portal.ledger.actions import keep_notes
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from pathlib import Path

    from portal.demo.story import Everyone, Story
    from portal.demo.telling import Passed

    #: Shows how far something is that takes a while: told its length and what it is.
    Bar = Callable[[int, str], AbstractContextManager[Passed]]

#: In each folder that a demo made, and in no other: says how it began.
MARK = "demo.txt"
WITH_EVERYONE, WITH_ANA = "It began with everyone.\n", "It began with the practice alone.\n"
MAIL_PORT_ABOVE = 1000


class NotADemo(PortalError):
    """Say that a folder holds something that no demo made."""


class BegunAlready(PortalError):
    """Say that there is a demo with people in it."""


def surroundings(home: Path, port: int, mail_port: int | None = None) -> dict[str, str]:
    """Return all settings of a demo: none of this machine's are in force beside them."""
    return {
        "PORTAL_INSTANCE_DIR": str(home),
        # Named here, so that no file in the folder can lead to the records of an installation.
        "PORTAL_DATABASE_URL": f"sqlite:///{home / 'portal.db'}",
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_PORT": str(port),
        "PORTAL_SMTP_URL": f"smtp://127.0.0.1:{mail_port or port + MAIL_PORT_ABOVE}",
        "PORTAL_MAIL_FROM": "portal@berg.example",
        "PORTAL_TRUSTED_HOSTS": "127.0.0.1,localhost",
        "PORTAL_TICK_SECONDS": "2",
        # Whoever tries it at night wants to read what was sent.
        "PORTAL_MAIL_FROM_HOUR": "0",
        "PORTAL_MAIL_UNTIL_HOUR": "24",
    }


def make_ready(home: Path, port: int, *, fresh: bool, empty: bool, bar: Bar) -> Path:
    """Return the folder of a demo, made now unless one is there.

    Nothing is opened or removed that no demo made: an installation that lies where the demo
    would lie is refused.
    """
    if home.exists() and any(home.iterdir()):
        mark = home / MARK
        if not mark.is_file():
            raise NotADemo(f"{home} was not made by this demo, so it is left alone. Move it "
                           "away, or name another folder in PORTAL_INSTANCE_DIR.")
        if not fresh and empty and mark.read_text(encoding="utf-8") == WITH_EVERYONE:
            raise BegunAlready("There is a demo with people in it already. To throw it away and "
                               "begin with the practice alone, add --fresh.")
        if not fresh:
            return home
        shutil.rmtree(home)
    # Beside its place until it is whole, so that an end in the middle leaves nothing half.
    unfinished = home.with_name(f"{home.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    stories = ALONE if empty else ALL
    with (bar(DAYS, "A year at Berg Coaching") as passed,
          played(unfinished, port, stories, passed)):
        pass
    (unfinished / MARK).write_text(WITH_ANA if empty else WITH_EVERYONE, encoding="utf-8")
    if home.exists():
        home.rmdir()
    unfinished.rename(home)
    return home


@contextmanager
def played(
    folder: Path, port: int, stories: Sequence[Story], passed: Passed
) -> Iterator[Everyone]:
    """Make keys and a database in a folder, let stories happen in it until yesterday, and give
    everyone as they stand then. Mail goes to a server that lasts as long as the block."""
    keyfile.write_keys(folder, keyfile.new_keys())
    mail_port, now = free_port(), SystemClock().now()
    # The board is made once, at the end: nobody looks at it before.
    ground = make_ground(config.load(surroundings(folder, port, mail_port)),
                         StandingClock(begin(now)), keep_notes, lambda _work: None)
    sink = start_sink(folder / MAIL, mail_port)
    try:
        schema.upgrade(ground.engine)
        everyone = tell(ground, stories, now, passed)
        rebuild_board(ground)
        yield everyone
    finally:
        sink.stop()
        ground.engine.dispose()
