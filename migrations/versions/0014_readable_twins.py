"""Sealed papers have readable twins, which nobody can change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
POINTS_TO = {"practice_id": "practice", "paper_id": "sealed_file", "key_id": "data_key"}


def upgrade() -> None:
    """Make the table of twins; papers of before have none."""
    op.create_table(
        "paper_twin",
        sa.Column("id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in POINTS_TO),
        sa.Column("file_enc", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_paper_twin_{name}")
          for name, table in POINTS_TO.items()),
        sa.PrimaryKeyConstraint("id", name="pk_paper_twin"),
        sa.UniqueConstraint("paper_id", name="uq_paper_twin_paper_id"),
    )
    for name in ("practice_id", "sha256"):
        op.create_index(f"ix_paper_twin_{name}", "paper_twin", [name])
    for statement in keep_forever("paper_twin")[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Go back to papers alone."""
    op.drop_table("paper_twin")
