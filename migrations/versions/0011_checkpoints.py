"""Signed checkpoints over the record of a practice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
POINTS_TO = {"practice_id": "practice", "seal_id": "seal"}


def upgrade() -> None:
    """Make the table of checkpoints, which nobody can change or empty."""
    op.create_table(
        "checkpoint",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("heads", sa.LargeBinary(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_checkpoint_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoint"),
        sa.UniqueConstraint("practice_id", "number", name="uq_checkpoint_practice_id_number"),
    )
    op.create_index("ix_checkpoint_practice_id", "checkpoint", ["practice_id"])
    for statement in keep_forever("checkpoint")[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Go back to a record that only its own hashes hold together."""
    op.drop_table("checkpoint")
