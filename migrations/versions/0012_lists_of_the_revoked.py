"""Roots keep their key: seals are renewed under them, and they say what they have revoked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table of roots; the seals of before have none, and a seal can be brought."""
    op.create_table(
        "seal_root",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("certificate_pem", sa.LargeBinary(), nullable=False),
        sa.Column("private_key_enc", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("list_der", sa.LargeBinary(), nullable=False),
        sa.Column("list_number", sa.Integer(), nullable=False),
        sa.Column("list_ends_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_seal_root_practice_id"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_seal_root_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seal_root"),
    )
    op.create_index("ix_seal_root_practice_id", "seal_root", ["practice_id"])
    with op.batch_alter_table("seal") as batch:
        batch.add_column(sa.Column("root_id", ID, nullable=True))
        batch.add_column(sa.Column("brought", sa.Boolean(), nullable=False,
                                   server_default=sa.false()))
        batch.add_column(sa.Column("above_pem", sa.LargeBinary(), nullable=False,
                                   server_default=sa.text("''")))
        batch.create_foreign_key("fk_seal_root_id", "seal_root", ["root_id"], ["id"])


def downgrade() -> None:
    """Go back to roots whose key is thrown away; seals that were brought stay as they are."""
    with op.batch_alter_table("seal") as batch:
        batch.drop_constraint("fk_seal_root_id", type_="foreignkey")
        for column in ("above_pem", "brought", "root_id"):
            batch.drop_column(column)
    op.drop_table("seal_root")
