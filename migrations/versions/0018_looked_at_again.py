"""Versions say how long they may sleep and when else they are looked at; timers find what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "engagement_id": "engagement",
             "version_id": "agreement_version", "key_id": "data_key"}
#: What texts that were frozen before say: all of them named sixty days.
SAID = {
    "silence_days": (sa.Integer(), "60"),
    "check_in_months": (sa.Integer(), "0"),
    "review_moments": (sa.String(length=24), "''"),
}


def upgrade() -> None:
    """Make the columns and tables; texts of before keep what they said."""
    for name, (kind, default) in SAID.items():
        # Without a batch, so that SQLite does not rebuild the table and lose its triggers.
        op.add_column("agreement_version", sa.Column(
            name, kind, nullable=False, server_default=sa.text(default)))
    op.create_table(
        "called_review",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("reason_enc", sa.LargeBinary(), nullable=False),
        sa.Column("called_at", INSTANT, nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_called_review_{name}")
          for name, other in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_called_review"),
    )
    for name in ("practice_id", "engagement_id"):
        op.create_index(f"ix_called_review_{name}", "called_review", [name])
    for statement in keep_forever("called_review")[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "timer",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("engagement_id", name="pk_timer"),
    )
    op.create_index("ix_timer_next_at", "timer", ["next_at"])


def downgrade() -> None:
    """Go back to texts that nobody looks at again."""
    op.drop_table("timer")
    op.drop_table("called_review")
    for name in SAID:
        op.drop_column("agreement_version", name)
