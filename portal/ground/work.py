"""The unit of work: one transaction, one instant, one actor. Only here is anything committed.

Returning commits, raising rolls back. What must be kept even after a roll-back (who looked,
what was refused) is noted on the way and written afterwards in a transaction of its own: the
access log is the one exception to the rule (Z16).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, Executable, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.ground import keyfile
from portal.ground.actor import NOWHERE, Actor, Origin
from portal.ground.clock import Clock
from portal.ground.db import make_engine
from portal.ground.reach import EVERYWHERE, OPTION, confining
from portal.ground.tokens import LinkSigner
from portal.ground.trouble import OF_DATABASE, Part, Troubles, part_of
from portal.ground.vault import OpenVault, Vault
from portal.plain.errors import Unavailable

#: A clock that stands further behind the record than this is wrong, or was: codes tell nothing.
_BEHIND = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Note:
    """Hold one line for the access log until the unit of work has ended."""

    what: str
    outcome: str
    practice_id: str | None = None
    engagement_id: str | None = None
    person_id: str | None = None
    subject_id: str | None = None


class Row(Protocol):
    """Describe a row whose encrypted columns hang on the data key `key_id`."""

    id: Any
    key_id: Any
    __tablename__: str


class WriteOnRead(Exception):
    """Say that a page which only reads tried to write."""

    @classmethod
    def refuse(cls, *_flush: object) -> None:
        """Refuse what a session is about to write."""
        raise cls


@dataclass
class Work:
    """Carry everything that an action or a query needs of the world."""

    session: Session
    now: datetime
    vault: OpenVault
    ground: Ground
    actor: Actor | None = None
    origin: Origin = NOWHERE
    reach: str = EVERYWHERE
    notes: list[Note] = field(default_factory=list)
    asides: list[tuple[Executable, dict[str, Any]]] = field(default_factory=list)
    heads: dict[str, Any] = field(default_factory=dict)
    events: dict[str, list[Any]] = field(default_factory=dict)
    locked: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)

    def hide(self, row: Row, column: str, text: str | bytes) -> None:
        """Encrypt `text` into the column `<column>_enc` of a row that has its id already."""
        raw = text.encode() if isinstance(text, str) else text
        place = f"{row.__tablename__}/{row.id}/{column}"
        setattr(row, f"{column}_enc", self.vault.lock(row.key_id, place, raw))

    def reveal(self, row: Row, column: str) -> str:
        """Return the text behind an encrypted column; raises `Erased` once its key is destroyed."""
        return self.reveal_bytes(row, column).decode()

    def reveal_bytes(self, row: Row, column: str) -> bytes:
        """Return the bytes behind an encrypted column; raises `Erased` once that is so."""
        place = f"{row.__tablename__}/{row.id}/{column}"
        return self.vault.unlock(row.key_id, place, getattr(row, f"{column}_enc"))

    def confine(self, practice_id: str) -> None:
        """Reach no row of another practice from here on, whatever a statement asks for."""
        self.reach = practice_id
        if self.ground.engine.dialect.name == "postgresql":
            self.session.execute(confining(practice_id))

    def lock(self, row: object) -> None:
        """Let nobody else change a row until the transaction ends, and see it as it is now.

        SQLite has one writer at a time, so what was read in this transaction holds.
        """
        if self.ground.engine.dialect.name != "sqlite":
            self.session.refresh(row, with_for_update=True)

    def see(self, at: datetime) -> None:
        """Let time not stand before what was recorded, however the machine's clock was set: what
        was taken back counts at once, and the times of a chain never go back."""
        self.now = max(self.now, at)

    def require_clock(self) -> None:
        """Raise `Unavailable` while the machine's clock stands behind the record: codes of
        authenticators are made from the time, so none is looked at, counted or used up."""
        if self.now - self.ground.clock.now() > _BEHIND:
            self.ground.meet(Part.CLOCK)
            raise Unavailable(Part.CLOCK)

    def note(self, what: str, outcome: str, **ids: str | None) -> None:
        """Remember a line for the access log; it is kept whether the work succeeds or not."""
        if self.actor is not None:
            ids.setdefault("practice_id", self.actor.practice_id)
            ids.setdefault("person_id", self.actor.person_id)
        self.notes.append(Note(what, outcome, **ids))

    def aside(self, statement: Executable, values: dict[str, Any]) -> None:
        """Remember a statement for the small transaction of the notes: it is kept of a visit that
        only reads (Z16)."""
        self.asides.append((statement, values))


@dataclass
class Ground:
    """Hold what is made once for a process: settings, clock, database and keys.

    `stopping` says that the process was told to end: whoever works through a queue takes no new
    item.
    """

    settings: Any
    clock: Clock
    engine: Engine
    vault: Vault
    links: LinkSigner
    stops: LinkSigner
    keep_notes: Callable[[Session, datetime, Origin, list[Note]], None]
    keep_board: Callable[[Work], None]
    stopping: bool = False
    troubles: Troubles = field(default_factory=Troubles)

    @contextmanager
    def work(
        self, *, writes: bool, actor: Actor | None = None, origin: Origin = NOWHERE
    ) -> Iterator[Work]:
        """Open a unit of work; leaving it commits, an exception rolls back and goes on.

        What lists read of the chains that were `touched` is brought up to date before (Z21).
        Notes for the access log are written afterwards either way. It reaches the practice of its
        actor, or all of them without one. Raises `Unavailable` where the database is out of order.
        """
        reach = EVERYWHERE if actor is None else actor.practice_id
        session = Session(self._engine(reach, writes=writes), expire_on_commit=False)
        if not writes:
            event.listen(session, "before_flush", WriteOnRead.refuse)
        work = Work(session, self.clock.now(), OpenVault(self.vault, session), self,
                    actor=actor, origin=origin, reach=reach)
        done = False
        try:
            yield work
            if work.touched:
                self.keep_board(work)
            session.flush()
            self._commit(session)
            done = True
        except BaseException as error:
            with suppress(SQLAlchemyError):
                session.rollback()
            self._tell(work, error)
            raise
        finally:
            session.close()
            # Whatever still reads (the frame of a page that says no) takes no lock for it.
            session.bind = self._engine(work.reach, writes=False)
            self._write_notes(work, kept=done and writes)
        self.troubles.over(written=writes)

    def meet(self, part: Part) -> None:
        """Write down that something is out of order."""
        self.troubles.met(part, self.clock.now())

    def _tell(self, work: Work, error: BaseException) -> None:
        """Write down what an error says is out of order; raises `Unavailable` for the database,
        for which nobody waits a second time then, to write a note."""
        part = part_of(error)
        if part in OF_DATABASE:
            work.notes, work.asides = [], []
        if part is None or isinstance(error, Unavailable):
            return
        self.meet(part)
        if part in OF_DATABASE:
            raise Unavailable(part) from error

    def _commit(self, session: Session) -> None:
        try:
            session.commit()
        except SQLAlchemyError as error:
            if part_of(error) is not Part.UNREACHABLE:
                raise
            # The answer to the commit was lost: it may have been carried out.
            self.meet(Part.UNREACHABLE)
            raise Unavailable(Part.UNREACHABLE, unsure=True) from error

    def _engine(self, reach: str, *, writes: bool) -> Engine:
        told = {"writes": writes, OPTION: reach}
        if not writes:
            # The database itself refuses to write then, whatever the statement.
            told["postgresql_readonly"] = True
        return self.engine.execution_options(**told)

    def _write_notes(self, work: Work, *, kept: bool) -> None:
        """Write what was noted. Where that cannot be done, what is `kept` already stays so, and
        nobody is kept from looking because it cannot be written when they were last here."""
        notes, asides, work.notes, work.asides = work.notes, work.asides, [], []
        if not notes and not asides:
            return
        try:
            with Session(self._engine(work.reach, writes=True)) as session:
                self.keep_notes(session, work.now, work.origin, notes)
                for statement, values in asides:
                    session.execute(statement, values)
                session.commit()
        except SQLAlchemyError as error:
            part = part_of(error)
            if part not in OF_DATABASE:
                raise
            self.meet(part)
            if notes and not kept:
                raise Unavailable(part) from error


def make_ground(
    settings: Any, clock: Clock,
    keep_notes: Callable[[Session, datetime, Origin, list[Note]], None],
    keep_board: Callable[[Work], None],
) -> Ground:
    """Build the ground floor from settings; opens no connection."""
    return Ground(
        settings=settings,
        clock=clock,
        engine=make_engine(settings.database_url, patience=settings.database_seconds,
                           threads=settings.threads),
        vault=Vault(settings.master_keys, keyfile.rereading(
            settings.instance_dir, settings.master_key)),
        links=LinkSigner(settings.link_keys),
        stops=LinkSigner(settings.link_keys, "stop"),
        keep_notes=keep_notes,
        keep_board=keep_board,
    )
