"""Servers and clockworks of the portal that die when a test wishes.

One process loads the portal once, and each server or clockwork is forked off it. A server is what
`portal serve --no-worker` runs: gunicorn's two processes, its threads, the finished application. A
clockwork is what `portal worker` runs, but that it seals in its own process. Not as on a real
machine are three things: modules and templates were loaded before the fork, the clock goes faster
so that nobody waits half a minute for a code, and a wound (`wounds.py`) may be planted after it.

A server can be told to kill itself, with all its processes, at the n-th event of a kind while it
does what counts: before a statement, before a commit, after one, before an answer, after one. So
death comes inside of the acts that a test is about, and not only where most time is spent.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any

from portal.ground.settings import Settings
from tests.clockwork.hands import QuickClock

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Ground

ROOT = Path(__file__).parents[2]
#: The addresses behind which something is done that counts.
_ACTS = re.compile(r"/(p/sign|p/code|sign-in/code|withdrawal|issue|ask|share|vouching)$")
#: What a server may count before it dies.
EVENTS = ("statement", "commit", "committed", "answer", "answered")


@dataclass
class Cradle:
    """Hold the process from which servers and clockworks are forked, and those that live."""

    parent: subprocess.Popen[bytes]
    alive: list[int] = field(default_factory=list)

    def serve(self, settings: Settings, clock: QuickClock, **more: Any) -> int:
        """Begin a server; `more` are its `wound`, and at which `count` of an `event` it dies, which
        is counted `after` so many acts."""
        return self._fork("serve", settings, clock, more)

    def work(self, settings: Settings, clock: QuickClock, **more: Any) -> int:
        """Begin a clockwork."""
        return self._fork("work", settings, clock, more)

    def _fork(self, what: str, settings: Settings, clock: QuickClock, more: dict[str, Any]) -> int:
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        told = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
        told["instance_dir"] = str(told["instance_dir"])
        line = json.dumps({"what": what, "settings": told, "clock": clock.told(), **more})
        self.parent.stdin.write(line.encode() + b"\n")
        self.parent.stdin.flush()
        pid = int(self.parent.stdout.readline())
        self.alive.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """End a server with all its processes, or a clockwork, as power does that goes."""
        self.alive.remove(pid)
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def lives(pid: int) -> bool:
    """Tell whether the process still lives that leads a server; with it all of the server dies.

    The others may be in the table of processes for a second more, until somebody takes note.
    """
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@contextmanager
def cradle(
    log: Path, *, under: Sequence[str] = (), without: Sequence[str] = ()
) -> Iterator[Cradle]:
    """Give a place where servers come from; none of them outlives the block.

    What they say goes to a file. All run `under` another command, as `strace`, and `without` the
    modules of these names.
    """
    command = [*under, sys.executable, "-m", "tests.trust.mortal", *without]
    with log.open("ab") as said, subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
            cwd=ROOT) as parent:
        made = Cradle(parent)
        try:
            yield made
        finally:
            for pid in tuple(made.alive):
                made.kill(pid)
            assert parent.stdin is not None
            parent.stdin.close()


class Countdown:
    """Kill the own group of processes at the n-th event of a kind, once so many acts are done."""

    def __init__(self, event: str, count: int, after: int = 0) -> None:
        self._event, self._left, self._after = event, count, after
        self._lock, self._thread = Lock(), local()

    def tell(self, event: str) -> None:
        """Count an event, if this thread does something that counts."""
        if not getattr(self._thread, "acts", False):
            return
        with self._lock:
            if self._after:
                self._after -= event == "answered"
                return
            self._left -= event == self._event
            if not self._left:
                os.killpg(0, signal.SIGKILL)

    def watch(self, app: Flask) -> None:
        """Count what an application does in transactions that write, and its answers."""
        from sqlalchemy import event
        from sqlalchemy.orm import Session

        def writes(connection: Any) -> bool:
            return bool(connection.get_execution_options().get("writes", True))

        engine = app.extensions["portal"].engine
        event.listen(engine, "before_cursor_execute",
                     lambda connection, *_: writes(connection) and self.tell("statement"))
        event.listen(engine, "commit", lambda connection: writes(connection)
                     and self.tell("commit"))
        event.listen(Session, "after_commit", lambda _session: self.tell("committed"))
        inner = app.wsgi_app

        def counted(environ: Any, start: Any) -> Any:
            self._thread.acts = environ["REQUEST_METHOD"] == "POST" and bool(
                _ACTS.search(environ["PATH_INFO"]))
            answer = inner(environ, start)
            self.tell("answer")
            return _Closing(answer, lambda: self.tell("answered"))

        app.wsgi_app = counted  # type: ignore[method-assign]


class _Closing:
    """Say when an answer has gone out."""

    def __init__(self, answer: Any, closed: Any) -> None:
        self._answer, self._closed = answer, closed

    def __iter__(self) -> Any:
        return iter(self._answer)

    def close(self) -> None:
        with suppress(AttributeError):
            self._answer.close()
        self._closed()


@cache
def _made(settings: Settings) -> Flask:
    """Return the application on an installation, with the templates of the busiest pages."""
    from portal.app import make_app

    app = make_app(settings)
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith((
            "signing/", "taking/", "issuing/look", "sharing/", "factors/code", "desk/receipt"))):
        app.jinja_env.get_template(name)
    with suppress(_Enough):
        _warm(app.extensions["portal"])
    # No connection may outlive a fork on both sides.
    app.extensions["portal"].engine.dispose()
    return app


class _Enough(Exception):
    """Undo what was only done so that its statements are compiled."""


def _warm(ground: Ground) -> None:
    """Let the first prepared person sign, and take it back with its transaction: statements that
    are compiled before the fork need not be compiled after each."""
    from sqlalchemy import select

    from portal.engagements.models import Party
    from portal.ground.actor import Actor
    from portal.signing.actions import SignValues, sign_waiting, take_seat
    from portal.signing.models import Sitting
    from portal.signing.queries import waiting_of
    from tests.builders import code_of, newest_invitation

    with ground.work(writes=True) as work:
        sitting = work.session.scalars(select(Sitting).join(
            Party, Party.engagement_id == Sitting.engagement_id).order_by(Sitting.id)).first()
        if sitting is None:
            raise _Enough
        link = newest_invitation(work, sitting.person_id)
        work.actor = Actor(sitting.person_id, sitting.practice_id, "party", "mailbox", "none",
                           engagement_id=sitting.engagement_id, invitation_id=link.id)
        seat = take_seat(work)
        waiting = waiting_of(work, seat)
        if waiting is None:
            raise _Enough
        sign_waiting(work, seat, waiting, SignValues(
            [text.facts.hash for text in waiting.signable], code_of(work, sitting.person_id)),
            timedelta(hours=1))
        ground.keep_board(work)
        raise _Enough


def _read(told: dict[str, Any]) -> Settings:
    values = {name: tuple(value) if isinstance(value, list) else value
              for name, value in told["settings"].items()}
    return Settings(**{**values, "instance_dir": Path(values["instance_dir"])})


def _serve(told: dict[str, Any], app: Flask) -> None:
    from portal.server import run

    ground = app.extensions["portal"]
    if told.get("event"):
        Countdown(told["event"], told["count"], told["after"]).watch(app)
    run(ground.settings, worker=False, app=app)


def _work(app: Flask) -> None:
    """Do as `portal.worker.run`, and seal here: a process of its own would have no quick clock."""
    from portal.worker import start

    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    clockwork = start(app.extensions["portal"], seal_in_child=False)
    signal.sigwait(stop)
    clockwork.end()


def _live(told: dict[str, Any], app: Flask) -> None:
    from tests.trust.wounds import plant

    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    begin, since, speed = told["clock"]
    app.extensions["portal"].clock = QuickClock(
        datetime.fromisoformat(begin), datetime.fromisoformat(since), speed)
    if told.get("wound"):
        plant(told["wound"], app)
    _serve(told, app) if told["what"] == "serve" else _work(app)


def _main() -> None:
    sys.modules.update(dict.fromkeys(sys.argv[1:]))  # type: ignore[arg-type]
    import apscheduler.executors.pool
    import apscheduler.schedulers.background

    import portal.evidence.paper
    import portal.ground.unseal
    import portal.server

    assert apscheduler
    assert portal.server
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        told = json.loads(line)
        app = _made(_read(told))
        pid = os.fork()
        if not pid:
            with Path(os.devnull).open() as nothing:
                os.dup2(nothing.fileno(), 0)
            _live(told, app)
            os._exit(0)
        with suppress(OSError):
            # Both sides say it: whoever kills the group must find it, however early that is.
            os.setpgid(pid, pid)
        print(pid, flush=True)  # noqa: T201 - this is how the test hears of it


if __name__ == "__main__":
    _main()
