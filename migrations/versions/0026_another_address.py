"""An account may sign in with another address, once that is proven."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {"practice_id": "practice", "account_id": "account", "key_id": "data_key",
             "point_id": "contact_point"}
HASHES = ("proof_hash", "objection_hash")


def upgrade() -> None:
    """Make the table; nobody has asked yet."""
    op.create_table(
        "address_change",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("new_enc", "old_enc")),
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in HASHES),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("proved_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(length=8), nullable=True),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_address_change_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_address_change"),
        *(sa.UniqueConstraint(name, name=f"uq_address_change_{name}") for name in HASHES),
    )
    for name in ("practice_id", "account_id"):
        op.create_index(f"ix_address_change_{name}", "address_change", [name])


def downgrade() -> None:
    """Go back to addresses that stay."""
    op.drop_table("address_change")
