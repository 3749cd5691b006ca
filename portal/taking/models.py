"""The table of what was seen by mistake. A row never changes."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class SeenByMistake(Base):
    """One party told their coach that they saw something that was not for them (K43).

    `note_enc` is what they wrote about it, perhaps nothing; what they saw is asked nowhere.
    """

    __tablename__ = "seen_by_mistake"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    note_enc: Mapped[bytes] = mapped_column(LargeBinary)
    told_at: Mapped[Instant]
