"""The table behind an unfinished signing: nothing that was given is ever lost."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Sitting(Base):
    """What a person has read, chosen, typed and drawn so far, in one engagement.

    It proves nothing: what counts is copied into the signature when it is made.
    """

    __tablename__ = "sitting"
    __table_args__ = (UniqueConstraint("engagement_id", "person_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    values_enc: Mapped[bytes] = mapped_column(LargeBinary)
    begun_at: Mapped[Instant]
    changed_at: Mapped[Instant]
