"""Tables of sealed papers, and of the seals and roots behind them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.ground.db import Base, Id, Instant


class SealRoot(Base):
    """A root of the portal's own, with its key: seals are renewed under it, and it says in a list
    what it has revoked. `list_der` is the newest list, good until `list_ends_at`."""

    __tablename__ = "seal_root"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    certificate_pem: Mapped[bytes] = mapped_column(LargeBinary)
    private_key_enc: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    list_der: Mapped[bytes] = mapped_column(LargeBinary)
    list_number: Mapped[int]
    list_ends_at: Mapped[Instant]


class Seal(Base):
    """A sealing certificate of a practice, and the root that vouches for it.

    `root_id` is empty where a trust service made it and the practice brought it, and for the
    first seals, whose root has no list. `above_pem` are the certificates between seal and root.
    """

    __tablename__ = "seal"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    root_id: Mapped[Id | None] = mapped_column(ForeignKey("seal_root.id"))
    brought: Mapped[bool] = mapped_column(default=False)
    root_pem: Mapped[bytes] = mapped_column(LargeBinary)
    above_pem: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    certificate_pem: Mapped[bytes] = mapped_column(LargeBinary)
    private_key_enc: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    retired_at: Mapped[Instant | None]


class SealedFile(Base):
    """One sealed paper: an edition of a version for an occasion. Never changed once written.

    `sha256` is over the final file and stands in the record too, so every byte is covered.
    """

    __tablename__ = "sealed_file"
    __table_args__ = (UniqueConstraint("version_id", "edition", "occasion"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    engagement_id: Mapped[Id] = mapped_column(ForeignKey("engagement.id"), index=True)
    version_id: Mapped[Id] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    edition: Mapped[str] = mapped_column(String(8))
    occasion: Mapped[str] = mapped_column(String(8))
    short_code: Mapped[str] = mapped_column(String(24), unique=True)
    file_enc: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    pages: Mapped[int]
    ledger_head: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[Instant]


class Twin(Base):
    """The readable twin of a sealed paper, one HTML file. Never changed once written; `sha256`
    stands in the record too."""

    __tablename__ = "paper_twin"

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    paper_id: Mapped[Id] = mapped_column(ForeignKey("sealed_file.id"), unique=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    file_enc: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]


class RenewedFile(Base):
    """A sealed paper with its proof renewed, beside the paper itself, which stays as it is. Never
    changed once written. `number` counts from 1 for each paper; `sha256` is over the whole file
    and stands in the record too."""

    __tablename__ = "renewed_file"
    __table_args__ = (UniqueConstraint("paper_id", "number"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    paper_id: Mapped[Id] = mapped_column(ForeignKey("sealed_file.id"), index=True)
    key_id: Mapped[Id] = mapped_column(ForeignKey("data_key.id"))
    number: Mapped[int]
    file_enc: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    renewed_at: Mapped[Instant]


class Renewal(Base):
    """When the proof of a paper is to be renewed next: the queue of that job, not evidence.

    `holds_until` is when the first certificate ends on which the proof hangs now. `due_at` is
    empty where there is nothing to renew any more: the paper was erased. `trouble` is a short code
    of the last try, where that failed.
    """

    __tablename__ = "renewal"

    paper_id: Mapped[Id] = mapped_column(ForeignKey("sealed_file.id"), primary_key=True)
    practice_id: Mapped[Id] = mapped_column(ForeignKey("practice.id"), index=True)
    holds_until: Mapped[Instant | None]
    due_at: Mapped[Instant | None] = mapped_column(index=True)
    claimed_until: Mapped[Instant | None]
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(String(24))
