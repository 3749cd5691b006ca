"""The table behind the front door."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class DoorRequest(Base):
    """Somebody asked for their link by address. Known and unknown addresses cost the same: the
    question is only written down, and answered later by a job (Z10). `wants` is "password" where it
    was for another password, and nothing where it was for a link."""

    __tablename__ = "door_request"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id | None]
    address_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    wants: Mapped[str | None] = mapped_column(String(8))
    asked_at: Mapped[Instant]
    settled_at: Mapped[Instant | None]
