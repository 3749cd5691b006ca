"""Tables of amendments. Rows never change; what became of an amendment is in the record."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Amendment(Base):
    """One wish to change an agreement, in the words of the party who has it.

    `coach_party_id` is the coach to whom it was said: after a hand-over it stays closed to the
    next one. What a coach begins has no words.
    """

    __tablename__ = "amendment"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    agreement_id: Mapped[Id] = mapped_column(ForeignKey("agreement.id"))
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    coach_party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    words_enc: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_at: Mapped[Instant]


class AmendmentAnswer(Base):
    """What the coach answered to a proposal, in words."""

    __tablename__ = "amendment_answer"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    amendment_id: Mapped[Id] = mapped_column(ForeignKey("amendment.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    words_enc: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[Instant]
