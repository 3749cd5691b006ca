"""What somebody typed whose session had run out is kept for a week."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "person_id": "person", "key_id": "data_key"}


def upgrade() -> None:
    """Make the table; nothing has come too late yet."""
    op.create_table(
        "late_form",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("engagement_id", ID, nullable=True),
        *(sa.Column(name, sa.String(length=8), nullable=False) for name in ("scope", "level")),
        sa.Column("form_enc", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_late_form_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_late_form"),
    )
    for name in ("practice_id", "person_id"):
        op.create_index(f"ix_late_form_{name}", "late_form", [name])


def downgrade() -> None:
    """Go back to asking for it once more."""
    op.drop_table("late_form")
