"""The tables behind the clockwork. Nothing in them is evidence, and nothing is decided by them."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class JobRun(Base):
    """When a job runs next, whoever ticks; the row `tick` is the sign of life of all together."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    practice_id: Mapped[Id | None]
    due_at: Mapped[Instant]
    began_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    trouble: Mapped[str | None] = mapped_column(String(64))


class FailingItem(Base):
    """One thing that a job could not do at its last try. `trouble` is the kind of what it met,
    never its words: those could quote what somebody wrote."""

    __tablename__ = "failing_item"

    job: Mapped[str] = mapped_column(String(16), primary_key=True)
    item_id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id | None] = mapped_column(index=True)
    engagement_id: Mapped[Id | None] = mapped_column(index=True)
    tries: Mapped[int]
    trouble: Mapped[str] = mapped_column(String(64))
    first_at: Mapped[Instant]
    due_at: Mapped[Instant]
    set_aside_at: Mapped[Instant | None]
