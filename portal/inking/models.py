"""The table of scans: evidence, never changed once written (INV-10)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class InkScan(Base):
    """The scan of one signed sheet. `sha256` is over the file as it is kept, and stands in the
    record and in the signature's manifest too."""

    __tablename__ = "ink_scan"
    __table_args__ = (UniqueConstraint("signature_id"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    party_id: Mapped[Id] = mapped_column(ForeignKey("party.id"))
    signature_id: Mapped[Id] = mapped_column(ForeignKey("signature.id"))
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    inked_on: Mapped[date]
    basis: Mapped[str] = mapped_column(String(16))
    file_enc: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by: Mapped[Id] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[Instant]
