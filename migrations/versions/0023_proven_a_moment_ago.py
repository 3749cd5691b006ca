"""A session says where it began, when it was last used, and when a factor was last proven in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the columns. Sessions that run were seen when they began; nothing is proven in them."""
    for column in (sa.Column("network", sa.String(length=48), nullable=True),
                   sa.Column("browser", sa.String(length=24), nullable=True),
                   sa.Column("seen_at", INSTANT, nullable=True),
                   sa.Column("proved_at", INSTANT, nullable=True)):
        op.add_column("sign_in", column)
    op.execute("UPDATE sign_in SET seen_at = started_at")
    with op.batch_alter_table("sign_in") as batch:
        batch.alter_column("seen_at", existing_type=INSTANT, nullable=False)


def downgrade() -> None:
    """Go back to sessions of which only the browser knows when they were used."""
    with op.batch_alter_table("sign_in") as batch:
        for name in ("proved_at", "seen_at", "browser", "network"):
            batch.drop_column(name)
