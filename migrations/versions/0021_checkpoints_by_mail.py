"""An owner may get each night's checkpoint by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "account_id": "account"}


def upgrade() -> None:
    """Make the table of wishes; nobody has one yet."""
    op.create_table(
        "checkpoint_wish",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_checkpoint_wish_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_checkpoint_wish"),
    )
    for name in POINTS_TO:
        op.create_index(f"ix_checkpoint_wish_{name}", "checkpoint_wish", [name])


def downgrade() -> None:
    """Go back to checkpoints that stay in the database."""
    op.drop_table("checkpoint_wish")
