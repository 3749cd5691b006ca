"""The table behind the outbox."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Notice(Base):
    """Hold one thing to do outside: a mail, a piece of news for a letter, a version to seal, or an
    engagement in which something is due by the clock.

    `topic` is "mail", "news", "seal" or "due". Destination and values are encrypted under `key_id`
    and are wiped once the notice is settled. `settled_as` is "done", "bounced", "given_up",
    "erased", or "needless" for a reminder of what waited no more when it was to go out.
    `recipient_id` tells apart who gets one letter a day; `letter_id` is the notice under whose
    name a letter goes out, for each of those that it tells.
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "topic", "settled_at", "due_at"),
                      Index(None, "settled_as", "settled_at"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(index=True)
    engagement_id: Mapped[Id | None] = mapped_column(index=True)
    subject_id: Mapped[Id | None] = mapped_column(index=True)
    key_id: Mapped[Id | None]
    topic: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(32))
    recipient_id: Mapped[Id | None] = mapped_column(index=True)
    letter_id: Mapped[Id | None]
    dedupe: Mapped[str] = mapped_column(String(160), unique=True)
    destination_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    values_enc: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]
    due_at: Mapped[Instant]
    claimed_until: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(24))
    settled_at: Mapped[Instant | None]
    settled_as: Mapped[str | None] = mapped_column(String(12))
