"""News that can wait goes into one letter a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(length=32)


def upgrade() -> None:
    """Let a notice say whose it is, and which letter tells it."""
    op.add_column("notice", sa.Column("recipient_id", ID, nullable=True))
    op.add_column("notice", sa.Column("letter_id", ID, nullable=True))
    op.create_index("ix_notice_recipient_id", "notice", ["recipient_id"])


def downgrade() -> None:
    """Go back to a mail for each piece of news."""
    op.drop_index("ix_notice_recipient_id", "notice")
    op.drop_column("notice", "letter_id")
    op.drop_column("notice", "recipient_id")
