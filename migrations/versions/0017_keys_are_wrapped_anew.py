"""Data keys are wrapped anew, and may be destroyed while rows that nobody can change name them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COLUMNS = ("wrapped_at", "destroyed_at")


def upgrade() -> None:
    """Say of each data key when it was wrapped anew, and when destroyed.

    Columns are added and no table is made anew: evidence points here, and stays untouched.
    """
    for name in COLUMNS:
        op.add_column("data_key", sa.Column(name, INSTANT, nullable=True))


def downgrade() -> None:
    """Go back to data keys that stay as they are. One that was destroyed stays so: it is empty."""
    for name in reversed(COLUMNS):
        op.drop_column("data_key", name)
