"""People live by clocks of their own, and say whether they want to be reminded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a person have a clock, the board know who wants no reminders, and what can still be
    signed, and mails that did not arrive, be found without looking at everything."""
    op.add_column("person", sa.Column("timezone", sa.String(length=64), nullable=True))
    op.add_column("board_slot", sa.Column("no_reminders", sa.Boolean(), nullable=False,
                                          server_default=sa.false()))
    op.create_index("ix_agreement_version_sign_by", "agreement_version", ["sign_by"])
    op.create_index("ix_notice_settled_as_settled_at", "notice", ["settled_as", "settled_at"])


def downgrade() -> None:
    """Go back to one clock for everybody."""
    op.drop_index("ix_notice_settled_as_settled_at", "notice")
    op.drop_index("ix_agreement_version_sign_by", "agreement_version")
    op.drop_column("board_slot", "no_reminders")
    op.drop_column("person", "timezone")
