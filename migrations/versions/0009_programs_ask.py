"""Programs ask in the name of an account, with keys; their calls are counted in the access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "account_id": "account", "key_id": "data_key"}


def upgrade() -> None:
    """Make the table of keys, and let the lines about one of them be found."""
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("secret_print", sa.String(length=64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_api_token_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("secret_print", name="uq_api_token_secret_print"),
    )
    for name in ("account_id", "practice_id"):
        op.create_index(f"ix_api_token_{name}", "api_token", [name])
    op.create_index("ix_access_log_subject_id_at", "access_log", ["subject_id", "at"])


def downgrade() -> None:
    """Go back to people alone."""
    op.drop_index("ix_access_log_subject_id_at", "access_log")
    op.drop_table("api_token")
