"""Whoever saw something by mistake tells the coach, with a note that nobody can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
POINTS_TO = {"practice_id": "practice", "engagement_id": "engagement", "party_id": "party",
             "key_id": "data_key"}


def upgrade() -> None:
    """Make the table of what was seen by mistake, which nobody can change or empty."""
    op.create_table(
        "seen_by_mistake",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("note_enc", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_seen_by_mistake_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_seen_by_mistake"),
    )
    for name in ("engagement_id", "practice_id"):
        op.create_index(f"ix_seen_by_mistake_{name}", "seen_by_mistake", [name])
    for statement in keep_forever("seen_by_mistake")[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Go back to telling such things by other ways alone."""
    op.drop_table("seen_by_mistake")
