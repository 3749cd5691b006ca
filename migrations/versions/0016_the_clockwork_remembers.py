"""The clockwork remembers which job ran last, and what it could not do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of runs and of items that failed."""
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("practice_id", ID, nullable=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("began_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("trouble", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_job_run"),
    )
    op.create_table(
        "failing_item",
        sa.Column("job", sa.String(length=16), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=True),
        sa.Column("engagement_id", ID, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=64), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("set_aside_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("job", "item_id", name="pk_failing_item"),
    )
    for name in ("practice_id", "engagement_id"):
        op.create_index(f"ix_failing_item_{name}", "failing_item", [name])


def downgrade() -> None:
    """Go back to a clockwork that remembers nothing."""
    op.drop_table("failing_item")
    op.drop_table("job_run")
