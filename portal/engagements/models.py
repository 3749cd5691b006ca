"""Tables of engagements, their parties, what these hope for, and when they meet."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Engagement(Base):
    """A piece of coaching. Its id is also its chain; its data key covers all of its content.

    Its revision, by which a permission read earlier is told from one read now, is the length of
    its chain: every act appends.
    """

    __tablename__ = "engagement"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    coach_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    setting: Mapped[str] = mapped_column(String(12))
    jurisdiction: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(12))
    title_enc: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


class Organisation(Base):
    """A sponsor's organisation as one practice knows it.

    `domains_enc` holds its mail domains as JSON: an address of one of them is noticed, no more.
    """

    __tablename__ = "organisation"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    name_enc: Mapped[bytes] = mapped_column(LargeBinary)
    domains_enc: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Instant]


class Party(Base):
    """A person in one role of one engagement, and how they are written to there.

    `asked_for_on` is the day on which the coachee asked for this person, as the coach recorded
    it (Z6). Somebody who is `on_paper` gets no link (Z26).
    """

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("engagement_id", "person_id", "role", "created_at"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    person_id: Mapped[Id] = mapped_column(ForeignKey("person.id"), index=True)
    contact_point_id: Mapped[Id | None] = mapped_column(ForeignKey("contact_point.id"))
    role: Mapped[str] = mapped_column(String(16))
    organisation_id: Mapped[Id | None]
    capacity: Mapped[str] = mapped_column(String(16))
    asked_for_on: Mapped[date | None]
    on_paper: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]


class Expectation(Base):
    """What a party hopes to hear and is ready to tell, in their own words (S1-4).

    The party's alone until `shared_with` says more: "coach", or "all" who sign with the sponsor.
    """

    __tablename__ = "expectation"
    __table_args__ = (UniqueConstraint("party_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    hope_enc: Mapped[bytes] = mapped_column(LargeBinary)
    ready_enc: Mapped[bytes] = mapped_column(LargeBinary)
    shared_with: Mapped[str] = mapped_column(String(8), default="")
    changed_at: Mapped[Instant]
    shared_at: Mapped[Instant | None]


class CoachingSession(Base):
    """A meeting of coach and coachee. Others take part only as far as an agreement says.

    `was_at` is when it was to begin before it was last moved. `sequence` counts its changes, as
    calendars ask for. The place, or the link to a call, belongs to the engagement's content.
    """

    __tablename__ = "coaching_session"
    __table_args__ = (UniqueConstraint("engagement_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    number: Mapped[int]
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    place_enc: Mapped[bytes] = mapped_column(LargeBinary)
    sequence: Mapped[int] = mapped_column(default=0)
    was_at: Mapped[Instant | None]
    planned_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    cancelled_at: Mapped[Instant | None]
