"""The table of proposed hand-overs. A row never changes; what became of it is in the record."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class HandOver(Base):
    """One proposal to a coachee: another coach of the practice, and until when to answer."""

    __tablename__ = "hand_over"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    from_person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    to_person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    proposed_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[Instant]
    answer_by: Mapped[Instant]
