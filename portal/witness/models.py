"""The tables of checkpoints, and of who gets them by mail."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Checkpoint(Base):
    """One signed note of a practice, and the heads that it is over. Never changed once written.

    `hash` is over the text of the note, and stands in the next one.
    """

    __tablename__ = "checkpoint"
    __table_args__ = (UniqueConstraint("practice_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    seal_id: Mapped[Id] = mapped_column(ForeignKey("seal.id"))
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[bytes] = mapped_column(LargeBinary)
    heads: Mapped[bytes] = mapped_column(LargeBinary)
    taken_at: Mapped[Instant]


class CheckpointWish(Base):
    """That an owner gets each night's checkpoint by mail, from when and until when."""

    __tablename__ = "checkpoint_wish"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    account_id: Mapped[Id] = mapped_column(ForeignKey("account.id"), index=True)
    since: Mapped[Instant]
    until: Mapped[Instant | None]
