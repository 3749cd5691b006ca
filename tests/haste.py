"""What the tests leave out to be quick; the portal itself does neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import BytecodeCache
from sqlalchemy import event

if TYPE_CHECKING:
    from flask import Flask
    from jinja2.bccache import Bucket
    from sqlalchemy import Engine


class _Compiled(BytecodeCache):
    """Keep what templates were compiled to, for all applications of one process.

    Each test has an application of its own; compiling its templates anew took a fifth of the time.
    """

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def compile_once(app: Flask) -> None:
    """Let an application take over what others have compiled of the same templates."""
    app.jinja_env.bytecode_cache = _COMPILED


def wait_for_no_disk(engine: Engine) -> None:
    """Let SQLite return before a commit is on the disk: what a test writes need not outlive the
    machine. That the portal waits has a test of its own."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
