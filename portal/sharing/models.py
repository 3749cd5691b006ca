"""What was asked, and what was shared: codes and ids, never changed once written (INV-10)."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Question(Base):
    """A question that was asked, with the answer that it got (domain 2.1, Decision).

    `recipient_id` is a party, or the id under which the world knows somebody who is none. `line`
    is what decided: a line, a right, a closed door, or nothing. `revision` is the length of the
    engagement's chain that the answer was read at.
    """

    __tablename__ = "sharing_question"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    asked_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[Instant]
    via: Mapped[str] = mapped_column(String(8))
    recipient_id: Mapped[Id]
    category: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(24))
    form: Mapped[str] = mapped_column(String(12))
    session: Mapped[str | None] = mapped_column(String(12))
    third_person_agreed: Mapped[bool]
    about_at: Mapped[Instant]
    decision: Mapped[str] = mapped_column(String(6))
    code: Mapped[str] = mapped_column(String(32))
    line: Mapped[str | None] = mapped_column(String(80))
    obligations: Mapped[list[str]] = mapped_column(JSON)
    revision: Mapped[int]
    engine: Mapped[str] = mapped_column(String(8))


class Slip(Base):
    """A yes to take along for five minutes; numbered within its engagement."""

    __tablename__ = "sharing_slip"
    __table_args__ = (UniqueConstraint("question_id"), UniqueConstraint("engagement_id", "number"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"))
    question_id: Mapped[Id] = mapped_column(ForeignKey("sharing_question.id"))
    number: Mapped[int]
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revision: Mapped[int]


class Share(Base):
    """What was shared, as the coach says, under a yes that held in the same transaction."""

    __tablename__ = "sharing_share"
    __table_args__ = (UniqueConstraint("question_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    question_id: Mapped[Id] = mapped_column(ForeignKey("sharing_question.id"))
    slip_id: Mapped[Id | None] = mapped_column(ForeignKey("sharing_slip.id"))
    shared_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    shared_at: Mapped[Instant]
    line: Mapped[str | None] = mapped_column(String(80))
    obligations: Mapped[list[str]] = mapped_column(JSON)
    revision: Mapped[int]
