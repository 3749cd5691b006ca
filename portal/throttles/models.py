"""The table behind the limits. It names nobody, and belongs to no practice."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Throttle(Base):
    """What was counted of one subject by one rule, found by a keyed digest of both.

    `ends_at` is when it says nothing any more, and a job deletes it.
    """

    __tablename__ = "throttle"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    practice_id: Mapped[Id | None]
    count: Mapped[int]
    since: Mapped[Instant]
    until: Mapped[Instant | None]
    ends_at: Mapped[Instant] = mapped_column(index=True)
