"""Tries are counted in a table of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table. Whoever waited at the sign-in begins anew."""
    op.create_table(
        "throttle",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("practice_id", sa.String(length=32), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_throttle"),
    )
    op.create_index("ix_throttle_ends_at", "throttle", ["ends_at"])


def downgrade() -> None:
    """Go back to failures at the sign-in that are counted beside an account."""
    op.drop_table("throttle")
