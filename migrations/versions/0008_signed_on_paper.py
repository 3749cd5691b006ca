"""Signatures in ink are recorded with a scan that is evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {
    "practice_id": "practice", "engagement_id": "engagement", "version_id": "agreement_version",
    "party_id": "party", "signature_id": "signature", "key_id": "data_key",
    "recorded_by": "person",
}


def upgrade() -> None:
    """Make the table of scans, which nobody can change or empty."""
    op.create_table(
        "ink_scan",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("inked_on", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("file_enc", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_ink_scan_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_ink_scan"),
        sa.UniqueConstraint("signature_id", name="uq_ink_scan_signature_id"),
    )
    for name in ("engagement_id", "practice_id", "version_id"):
        op.create_index(f"ix_ink_scan_{name}", "ink_scan", [name])
    for statement in keep_forever("ink_scan")[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Go back to signatures on screens alone."""
    op.drop_table("ink_scan")
