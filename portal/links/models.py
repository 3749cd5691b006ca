"""The table of invitations. A row never changes; what became of it stands in the record."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Invitation(Base):
    """One link to one person for one engagement; of its secret only the SHA-256 is kept.

    `purpose` is "sitting" (something waits to be signed), "return" (the way back in),
    "hand_over" (a question about who coaches) or "review" (a text is looked at again).
    """

    __tablename__ = "invitation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[Id] = mapped_column(ForeignKey("contact_point.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[Instant]
    expires_at: Mapped[Instant]
