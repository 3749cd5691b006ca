"""Tables of authenticators, the steps they used up, and recovery codes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Factor(Base):
    """An authenticator of a person. Pending until `enrolled_at`; disabled ones never return."""

    __tablename__ = "factor"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    kind: Mapped[str] = mapped_column(String(12))
    secret_enc: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    enrolled_at: Mapped[Instant | None]
    via_invitation_id: Mapped[Id | None]
    last_step: Mapped[int] = mapped_column(default=0)
    fails: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[Instant | None]


class UsedStep(Base):
    """A time step whose code was accepted: the primary key lets it happen once, ever."""

    __tablename__ = "used_step"

    factor_id: Mapped[Id] = mapped_column(ForeignKey("factor.id"), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    used_at: Mapped[Instant]


class RecoveryCode(Base):
    """A code for the day the phone is gone: argon2id hash, used once."""

    __tablename__ = "recovery_code"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    hash: Mapped[str] = mapped_column(String(160))
    made_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
