"""Tables of engagements and their parties."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Engagement(Base):
    """A piece of coaching. Its id is also its chain; its data key covers all of its content.

    Its revision, by which a permission read earlier is told from one read now, is the length of
    its chain: every act appends.
    """

    __tablename__ = "engagement"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    coach_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    setting: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(12))
    title_enc: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


class Party(Base):
    """A person in one role of one engagement, and how they are written to there."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("engagement_id", "person_id", "role"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[Id | None] = mapped_column(ForeignKey("contact_point.id"))
    role: Mapped[str] = mapped_column(String(16))
    capacity: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[Instant]
