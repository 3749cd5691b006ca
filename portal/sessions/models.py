"""The table of what was decided about one person in one session."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class SessionPass(Base):
    """How a supporter or a guest takes part in one session, and whether the door is closed.

    A row never permits anything: an agreement does, and this narrows it. Without a row the mode
    is that of the role. `closed_at` is the coachee's doing, `left_at` the person's own.
    """

    __tablename__ = "session_pass"
    __table_args__ = (UniqueConstraint("session_id", "party_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    session_id: Mapped[Id] = mapped_column(ForeignKey("coaching_session.id"))
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    mode: Mapped[str] = mapped_column(String(12))
    given_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    left_at: Mapped[Instant | None]
