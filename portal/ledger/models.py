"""Tables of the record and of the access log."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Chain(Base):
    """Name a chain: the practice's own, or one engagement's. Its row is the lock of its head."""

    __tablename__ = "chain"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(index=True)
    covers: Mapped[str] = mapped_column(String(16))


class Entry(Base):
    """Hold one entry for ever: its bytes are the evidence, the other columns find it again."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("chain_id", "previous"),
        UniqueConstraint("chain_id", "seq"),
        Index(None, "chain_id", "subject_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(index=True)
    chain_id: Mapped[Id] = mapped_column(ForeignKey("chain.id"))
    seq: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(48))
    subject_id: Mapped[Id]
    actor_id: Mapped[Id | None]
    at: Mapped[Instant]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class Access(Base):
    """Hold one line of the access log: ids and codes, kept 90 days."""

    __tablename__ = "access_log"
    __table_args__ = (Index(None, "practice_id", "at"), Index(None, "engagement_id", "at"),
                      Index(None, "subject_id", "at"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id | None]
    engagement_id: Mapped[Id | None]
    person_id: Mapped[Id | None]
    subject_id: Mapped[Id | None]
    at: Mapped[Instant]
    what: Mapped[str] = mapped_column(String(48))
    outcome: Mapped[str] = mapped_column(String(48))
    network: Mapped[str | None] = mapped_column(String(48))
    browser: Mapped[str | None] = mapped_column(String(24))
