"""Cutting a transaction at one of its statements, as a database does that breaks off there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Cut(Enum):
    """Say what a database says, by SQLite's code."""

    BUSY = sqlite3.SQLITE_BUSY
    FULL = sqlite3.SQLITE_FULL
    BROKEN = sqlite3.SQLITE_IOERR

    def error(self) -> OperationalError:
        orig = sqlite3.OperationalError(self.name)
        orig.sqlite_errorcode = self.value
        return OperationalError("a statement", {}, orig)


@dataclass
class Count:
    """Count statements of writers, and break off at the one that was named."""

    at: int = 0
    cut: Cut = Cut.FULL
    seen: list[str] = field(default_factory=list)

    def statement(self, connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection.get_execution_options().get("writes") and not statement.startswith(
                ("PRAGMA", "BEGIN")):
            self._count(statement)

    def commit(self, connection: Any) -> None:
        if connection.get_execution_options().get("writes"):
            self._count("COMMIT")

    def _count(self, what: str) -> None:
        self.seen.append(what)
        if len(self.seen) == self.at:
            raise self.cut.error()


@contextmanager
def counting(engine: Engine, at: int = 0, cut: Cut = Cut.FULL) -> Iterator[Count]:
    """Count the statements of writing transactions, their commit too; break off at number `at`."""
    count = Count(at, cut)
    hooks = (("before_cursor_execute", count.statement), ("commit", count.commit))
    for name, hook in hooks:
        event.listen(engine, name, hook)
    try:
        yield count
    finally:
        for name, hook in hooks:
            event.remove(engine, name, hook)


@contextmanager
def cut_at(engine: Engine, begins: str, cut: Cut) -> Iterator[None]:
    """Break off at each statement that begins so."""
    def hook(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(begins):
            raise cut.error()

    event.listen(engine, "before_cursor_execute", hook)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hook)
