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


class CalendarFeed(Base):
    """A secret address under which a calendar program fetches days: of an account, or of a party
    in one engagement. Of its secret only the SHA-256 is kept.

    `titles` lets the entries of a coach bear the titles that the coach gave to engagements.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    engagement_id: Mapped[Id | None]
    titles: Mapped[bool]
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
