"""The board as a disposable projection (Z21): made from the records whenever they change.

Nothing is decided by these tables and nothing is lost with them; `portal rebuild-board` makes
them anew. They hold ids, codes and instants. Names stay where they are encrypted.
"""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant

_ANSWERS = ("word", "starts", "ends", "mine", "asked_at", "held_up", "signed", "waiting", "unsent",
            "valid_to", "engagement_id", "coachee_id", "id")


class BoardRow(Base):
    """What is said of one text from one instant until another.

    `review` is how its reviews stand ("open", "overdue", "quiet", "asleep" or nothing), `review_at`
    when the next one is due or the overdue one was, and `turn` what the end of the row brings: all
    three for coach and coachee alone (Z3).

    `word` is where the text stands, and `held_up` says what of the engagement waits for it. Timers
    are the ends of rows that are there already, so a reader compares instants and needs no job. A
    draft has no version. `mine` says that the coach has the next step, and `asked` that the
    third person was asked or that there is none: nobody else of the practice sees the row before,
    for one that vanishes then would tell of a no (INV-16).
    """

    __tablename__ = "board_row"
    # Whole answers stand in these two, so that a list of thousands is counted, sorted and cut
    # without reading the rows themselves.
    __table_args__ = (
        Index("ix_board_row_own", "coach_id", *_ANSWERS),
        Index("ix_board_row_practice", "practice_id", "asked", *_ANSWERS),
        Index(None, "coach_id", "turn", "ends"),
        Index(None, "practice_id", "turn", "ends"),
        Index(None, "coach_id", "review", "starts"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id]
    coach_id: Mapped[Id]
    engagement_id: Mapped[Id] = mapped_column(index=True)
    agreement_id: Mapped[Id]
    version_id: Mapped[Id | None]
    number: Mapped[int]
    template_code: Mapped[str] = mapped_column(String(8))
    mandatory: Mapped[bool]
    coachee_id: Mapped[Id]
    counterpart_id: Mapped[Id | None]
    word: Mapped[str] = mapped_column(String(16))
    held_up: Mapped[str] = mapped_column(String(8))
    starts: Mapped[Instant]
    ends: Mapped[Instant]
    asked_at: Mapped[Instant]
    signed: Mapped[int]
    waiting: Mapped[int]
    unsent: Mapped[int]
    mine: Mapped[bool]
    asked: Mapped[bool]
    sign_by: Mapped[Instant | None]
    force_at: Mapped[Instant | None]
    valid_to: Mapped[Instant | None]
    review: Mapped[str] = mapped_column(String(8))
    review_at: Mapped[Instant | None]
    turn: Mapped[str] = mapped_column(String(8))


class BoardSlot(Base):
    """Where the request to one signer of a version stands; the same for silence and a decline."""

    __tablename__ = "board_slot"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id]
    engagement_id: Mapped[Id] = mapped_column(index=True)
    version_id: Mapped[Id] = mapped_column(index=True)
    party_id: Mapped[Id]
    person_id: Mapped[Id]
    role: Mapped[str] = mapped_column(String(16))
    word: Mapped[str] = mapped_column(String(12))
    since: Mapped[Instant]
    asked_at: Mapped[Instant | None]
    reminded_at: Mapped[Instant | None]
    wrong_person: Mapped[bool]
    no_reminders: Mapped[bool]
    vouching: Mapped[bool]
    vouched_at: Mapped[Instant | None]
