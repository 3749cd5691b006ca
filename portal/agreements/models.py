"""Tables of agreements. Versions, slots, lines and signatures never change once written."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class Agreement(Base):
    """What an engagement agrees on by one template."""

    __tablename__ = "agreement"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    party_id: Mapped[Id | None]
    session_id: Mapped[Id | None]
    template_code: Mapped[str] = mapped_column(String(8))
    mandatory: Mapped[bool]
    created_at: Mapped[Instant]


class TermsDraft(Base):
    """What the coach has entered for the next version; the only row here that may change.

    It is a draft while it is neither discarded nor issued. Issuing keeps its values: the next
    text of the same agreement begins with them.
    """

    __tablename__ = "terms_draft"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    agreement_id: Mapped[Id] = mapped_column(ForeignKey("agreement.id"), unique=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    values_enc: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[Instant]
    discarded_at: Mapped[Instant | None]
    issued_at: Mapped[Instant | None]


class AgreementVersion(Base):
    """A frozen text. `record_enc` holds the canonical bytes, `hash` covers nonce and bytes.

    Every page and paper reads the record. `review_moments` are those beside the rhythm at which the
    text is looked at, parted by commas. `notice_enc` holds the privacy notices of that day, by
    the role of who reads them; a bare list, of an earlier portal, is the coachee's.
    """

    __tablename__ = "agreement_version"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    agreement_id: Mapped[Id] = mapped_column(ForeignKey("agreement.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    number: Mapped[int]
    template_code: Mapped[str] = mapped_column(String(8))
    template_version: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(12))
    timezone: Mapped[str] = mapped_column(String(64))
    nonce_enc: Mapped[bytes] = mapped_column(LargeBinary)
    record_enc: Mapped[bytes] = mapped_column(LargeBinary)
    notice_enc: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    predecessor_id: Mapped[Id | None] = mapped_column(ForeignKey("agreement_version.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    effective_from: Mapped[Instant]
    valid_to: Mapped[Instant]
    sign_by: Mapped[Instant] = mapped_column(index=True)
    review_months: Mapped[int]
    grace_days: Mapped[int]
    silence_days: Mapped[int]
    check_in_months: Mapped[int]
    review_moments: Mapped[str] = mapped_column(String(24))
    issued_at: Mapped[Instant]


class SignerSlot(Base):
    """Who has to sign a version, and what the signature will mean."""

    __tablename__ = "signer_slot"
    __table_args__ = (UniqueConstraint("version_id", "party_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    meaning: Mapped[str] = mapped_column(String(12))
    required: Mapped[bool]
    vouching: Mapped[bool]


class Grant(Base):
    """A line of a version in the codes that decide; its sentence stands in the version."""

    __tablename__ = "grant_line"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    number: Mapped[int]
    effect: Mapped[str] = mapped_column(String(6))
    optional: Mapped[bool]
    condition_of_programme: Mapped[bool]
    scope: Mapped[dict[str, list[str] | str | bool | None]] = mapped_column(JSON)
    starts: Mapped[Instant | None]
    ends: Mapped[Instant | None]


class Signature(Base):
    """One act by one person over one hash (domain 5.1). Never changed: what comes later is
    another entry of the record (Z17)."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("slot_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    slot_id: Mapped[Id] = mapped_column(ForeignKey("signer_slot.id"))
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    version_hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[Instant]
    manifest_enc: Mapped[bytes] = mapped_column(LargeBinary)
    manifest_hash: Mapped[str] = mapped_column(String(64))


class CalledReview(Base):
    """Why the coach called for a review beside the rhythm, in words for coach and coachee alone.
    When it is due and who is asked stands in the record."""

    __tablename__ = "called_review"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    reason_enc: Mapped[bytes] = mapped_column(LargeBinary)
    called_at: Mapped[Instant]


class Timer(Base):
    """When something of an engagement is due next by the clock alone; a disposable projection
    (Z21) in which the clockwork finds it. Nothing is decided by it.

    `next_at` is None while that waits in the outbox, and where nothing will come.
    """

    __tablename__ = "timer"

    engagement_id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id]
    next_at: Mapped[Instant | None] = mapped_column(index=True)
