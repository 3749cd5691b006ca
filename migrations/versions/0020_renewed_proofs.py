"""Sealed papers are renewed beside themselves, and a queue says when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "paper_id": "sealed_file", "key_id": "data_key"}


def upgrade() -> None:
    """Make both tables; papers of before are found by the job itself."""
    op.create_table(
        "renewed_file",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_enc", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("renewed_at", INSTANT, nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_renewed_file_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_renewed_file"),
        sa.UniqueConstraint("paper_id", "number", name="uq_renewed_file_paper_id_number"),
    )
    for name in ("practice_id", "paper_id", "sha256"):
        op.create_index(f"ix_renewed_file_{name}", "renewed_file", [name])
    for statement in keep_forever("renewed_file")[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "renewal",
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("holds_until", INSTANT, nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=24), nullable=True),
        *(sa.ForeignKeyConstraint([name], [f"{POINTS_TO[name]}.id"], name=f"fk_renewal_{name}")
          for name in ("paper_id", "practice_id")),
        sa.PrimaryKeyConstraint("paper_id", name="pk_renewal"),
    )
    for name in ("practice_id", "due_at"):
        op.create_index(f"ix_renewal_{name}", "renewal", [name])


def downgrade() -> None:
    """Go back to papers whose proof ends one day."""
    op.drop_table("renewal")
    op.drop_table("renewed_file")
