"""What every command of `portal` begins with: settings, the ground floor, words and a bar."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from portal.ground import config
from portal.ground.clock import SystemClock
from portal.plain.errors import PortalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from portal.ground.settings import Settings
    from portal.ground.work import Ground


def settings() -> Settings:
    """Return the settings, or end the command with everything that is wrong with them."""
    try:
        return config.load()
    except config.BadSettings as wrong:
        raise click.ClickException(str(wrong)) from wrong


@contextmanager
def ground(known: Settings, *, announced: bool = True) -> Iterator[Ground]:
    """Open the ground floor for one command, and close its connections afterwards.

    Meanwhile nobody restores anything in its place, unless it is not `announced`.
    """
    from portal.desk.actions import keep_board
    from portal.ground.running import in_use
    from portal.ground.work import make_ground
    from portal.ledger.actions import keep_notes

    made = make_ground(known, SystemClock(), keep_notes, keep_board)
    try:
        with in_use(made.engine) if announced else nullcontext():
            yield made
    finally:
        made.engine.dispose()


def may_run(made: Ground) -> None:
    """End the command where the database is older or newer than this code."""
    from portal.schema import why_not_run

    if why := why_not_run(made.engine):
        raise click.ClickException(why)


@contextmanager
def said() -> Iterator[None]:
    """Let what goes wrong on purpose end the command with its words and exit code 1."""
    try:
        yield
    except PortalError as no:
        raise click.ClickException(str(no)) from no


@contextmanager
def bar(length: int, what: str, *, aside: bool = False) -> Iterator[Callable[[int], object]]:
    """Show how far something is, on a terminal; elsewhere say once what it is. `aside` keeps it
    apart from what a command answers."""
    with click.progressbar(length=length, label=what,
                           file=sys.stderr if aside else None) as shown:
        yield shown.update
