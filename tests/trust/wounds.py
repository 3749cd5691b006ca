"""Faults that are planted into a server or a clockwork, to prove that the checks would find them.

Each takes the finished application in a process that was just forked, and spoils one thing that
the portal promises. The portal itself knows nothing of this: only `mortal.py` asks for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import after_this_request, g, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from flask import Flask

    from portal.ground.work import Ground, Work

_WOUNDS: dict[str, Callable[[Flask], None]] = {}


def _wound(plant: Callable[[Flask], None]) -> Callable[[Flask], None]:
    _WOUNDS[plant.__name__] = plant
    return plant


def plant(name: str, app: Flask) -> None:
    """Plant a fault by its name."""
    _WOUNDS[name](app)


def _swap(function: Any, other: Any) -> None:
    """Put another function in the place of one, under every name by which modules know it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("portal."):
            for known, value in list(vars(module).items()):
                if value is function:
                    setattr(module, known, other)


def _ground(app: Flask) -> Ground:
    found: Ground = app.extensions["portal"]
    return found


@_wound
def no_transaction(app: Flask) -> None:
    """Each statement is committed by itself."""

    def commit(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not connection.get_execution_options().get("writes", True):
            return
        if not statement.startswith(("PRAGMA", "BEGIN")):
            if connection.dialect.name == "sqlite":
                cursor.connection.execute("COMMIT")
                cursor.connection.execute("BEGIN IMMEDIATE")
            else:
                cursor.connection.commit()

    event.listen(_ground(app).engine, "after_cursor_execute", commit)


@_wound
def answers_before_commit(app: Flask) -> None:
    """The answer goes out, and what it tells of is committed afterwards."""
    commit = Session.commit

    def later(session: Session) -> None:
        if not has_request_context() or "work" not in g or g.work.session is not session:
            commit(session)
            return
        session.flush()
        # What goes into the access log would wait for this very transaction.
        g.pop("work").notes.clear()
        close, session.close = session.close, lambda: None  # type: ignore[method-assign]

        def finish() -> None:
            commit(session)
            close()

        after_this_request(lambda response: response.call_on_close(finish) and response)

    Session.commit = later  # type: ignore[method-assign, assignment]


@_wound
def reads_before_it_locks(app: Flask) -> None:
    """The seat is read, then the engagement is locked: what two tabs see is old by then."""
    from portal.ledger.actions import lock_chain
    from portal.signing.actions.signing import take_seat
    from portal.signing.queries import seat_of

    if _ground(app).engine.dialect.name == "sqlite":
        _begin_late(app)

    def too_early(work: Work) -> Any:
        assert work.actor is not None
        assert work.actor.engagement_id is not None
        seat = seat_of(work)
        if work.ground.engine.dialect.name == "sqlite":
            raw = work.session.connection().connection.driver_connection
            assert raw is not None
            raw.execute("COMMIT")
            raw.execute("BEGIN IMMEDIATE")
        lock_chain(work, work.actor.engagement_id)
        return seat

    _swap(take_seat, too_early)


def _begin_late(app: Flask) -> None:
    """Let SQLite's writers begin as readers do, up to the lock."""

    def begin(connection: Any) -> None:
        raw = connection.connection.driver_connection
        if raw.in_transaction and connection.get_execution_options().get("writes", True):
            raw.execute("COMMIT")
            raw.execute("BEGIN")

    event.listen(_ground(app).engine, "begin", begin)


def _afterwards(app: Flask, function: Any) -> None:
    """Let what a function does be done in a transaction of its own, after that of the act."""
    waiting: dict[int, list[Any]] = {}
    ground = _ground(app)
    inner = ground.work

    @contextmanager
    def work(**how: Any) -> Any:
        with inner(**how) as made:
            yield made
        for values in waiting.pop(id(made), []):
            with inner(writes=True) as second:
                function(second, *values)

    def postpone(work: Work, *values: Any) -> None:
        waiting.setdefault(id(work), []).append(values)

    ground.work = work  # type: ignore[method-assign]
    _swap(function, postpone)


@_wound
def outbox_in_a_second_transaction(app: Flask) -> None:
    """Mails and sealings are written once the act is committed."""
    from portal.notices.actions.outbox import _put_once

    _afterwards(app, _put_once)


@_wound
def code_burned_in_a_second_transaction(app: Flask) -> None:
    """The used step is written once the act is committed."""
    from portal.factors.models import UsedStep

    ground = _ground(app)
    inner, add = ground.work, Session.add

    @contextmanager
    def work(**how: Any) -> Any:
        steps: list[UsedStep] = []
        with inner(**how) as made:
            def later(instance: object, **more: Any) -> None:
                if isinstance(instance, UsedStep):
                    steps.append(instance)
                else:
                    add(made.session, instance, **more)

            made.session.add = later  # type: ignore[method-assign, assignment]
            yield made
        for step in steps:
            with inner(writes=True) as second:
                second.session.add(step)

    ground.work = work  # type: ignore[method-assign]


@_wound
def record_in_a_second_transaction(app: Flask) -> None:
    """What a share leaves in the record is written once the share is committed."""
    from portal.engagements.actions import note

    inner = note
    waiting: dict[int, list[Any]] = {}
    ground = _ground(app)
    make = ground.work

    @contextmanager
    def work(**how: Any) -> Any:
        with make(**how) as made:
            yield made
        for values, more in waiting.pop(id(made), []):
            with make(writes=True, actor=made.actor) as second:
                inner(second, *values, **more)

    def postpone(work: Work, engagement: Any, kind: str, *values: Any, **more: Any) -> None:
        if kind == "version.signed":
            waiting.setdefault(id(work), []).append(((engagement, kind, *values), more))
        else:
            inner(work, engagement, kind, *values, **more)

    ground.work = work  # type: ignore[method-assign]
    _swap(note, postpone)


@_wound
def claims_for_ever(app: Flask) -> None:
    """What a clockwork takes is never free again, though it dies."""
    from portal.notices.policy import LEASE

    _swap(LEASE, timedelta(days=3650))


@_wound
def settles_before_it_sends(app: Flask) -> None:
    """A mail counts as sent, and is sent then."""
    from portal.notices import jobs
    from portal.notices.actions import settle
    from portal.notices.policy import Attempt, Outcome

    inner = jobs._attempt

    def attempt(ground: Ground, mails: Any, enclose: Any) -> Attempt:
        with ground.work(writes=True) as work:
            for mail in mails:
                settle(work, mail, Attempt(Outcome.DONE))
        return inner(ground, mails, enclose)

    jobs._attempt = attempt


#: What a death in the middle of an act shows, beside `no_transaction`.
INSIDE = ("answers_before_commit", "outbox_in_a_second_transaction",
          "code_burned_in_a_second_transaction", "record_in_a_second_transaction")


def _synchronous(app: Flask, level: str) -> None:
    event.listen(_ground(app).engine, "connect", lambda connection, _record: connection.execute(
        f"PRAGMA synchronous={level}"))


@_wound
def waits_for_no_disk(app: Flask) -> None:
    """SQLite leaves the writing to the system."""
    _synchronous(app, "OFF")


@_wound
def waits_at_checkpoints_only(app: Flask) -> None:
    """SQLite lets the newest commits lie where power takes them."""
    _synchronous(app, "NORMAL")


@_wound
def postgresql_answers_early(app: Flask) -> None:
    """PostgreSQL confirms what is in memory alone."""

    def asynchronous(connection: Any, _record: Any) -> None:
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    event.listen(_ground(app).engine, "connect", asynchronous)
