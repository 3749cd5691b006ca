"""The table of those who lost their authenticator and asked to set up a new one."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class WayBack(Base):
    """Somebody behind their link has set up another app, and asks that it counts.

    `heard_at` is when the coach knew the voice, and `how`. `ended_as` is "done", "objected",
    "stopped", "replaced" or "recovered"; what nobody answers ends by itself at `expires_at`.
    """

    __tablename__ = "way_back"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    factor_id: Mapped[Id] = mapped_column(ForeignKey("factor.id"))
    asked_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    heard_at: Mapped[Instant | None]
    heard_by: Mapped[Id | None]
    how: Mapped[str | None] = mapped_column(String(12))
    ended_at: Mapped[Instant | None]
    ended_as: Mapped[str | None] = mapped_column(String(10))
