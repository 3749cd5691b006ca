"""Who forgot the password of an account gets a link to another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "account_id": "account"}


def upgrade() -> None:
    """Make the table; whoever asked at the front door before asked for a link."""
    op.create_table(
        "password_reset",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(length=8), nullable=True),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_password_reset_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_password_reset"),
        sa.UniqueConstraint("secret_hash", name="uq_password_reset_secret_hash"),
    )
    for name in POINTS_TO:
        op.create_index(f"ix_password_reset_{name}", "password_reset", [name])
    op.add_column("door_request", sa.Column("wants", sa.String(length=8), nullable=True))


def downgrade() -> None:
    """Go back to passwords that nobody may forget; who waits for a link to another gets none."""
    op.execute("DELETE FROM door_request WHERE wants IS NOT NULL")
    with op.batch_alter_table("door_request") as batch:
        batch.drop_column("wants")
    op.drop_table("password_reset")
