"""The table of digits that wait to be read aloud."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Pairing(Base):
    """Eight digits on one signer's screen. Ended by the next ones, by success or by failures."""

    __tablename__ = "pairing"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"), index=True)
    factor_id: Mapped[Id] = mapped_column(ForeignKey("factor.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    digits_enc: Mapped[bytes] = mapped_column(LargeBinary)
    shown_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    fails: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[Instant | None]
    ended_as: Mapped[str | None] = mapped_column(String(12))
