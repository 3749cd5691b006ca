"""The board as a projection that can be made anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, empty: `portal init` fills them from the records."""
    op.create_table(
        "board_row",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("template_code", sa.String(length=8), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("coachee_id", ID, nullable=False),
        sa.Column("counterpart_id", ID, nullable=True),
        sa.Column("word", sa.String(length=16), nullable=False),
        sa.Column("engagement_word", sa.String(length=16), nullable=False),
        sa.Column("starts", INSTANT, nullable=False),
        sa.Column("ends", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("mine", sa.Boolean(), nullable=False),
        sa.Column("sign_by", INSTANT, nullable=True),
        sa.Column("force_at", INSTANT, nullable=True),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.Column("review_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_board_row"),
    )
    op.create_index("ix_board_row_practice_id_ends", "board_row", ["practice_id", "ends"])
    op.create_index("ix_board_row_coach_id_ends", "board_row", ["coach_id", "ends"])
    op.create_index("ix_board_row_engagement_id", "board_row", ["engagement_id"])
    op.create_table(
        "board_slot",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("word", sa.String(length=12), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("wrong_person", sa.Boolean(), nullable=False),
        sa.Column("vouching", sa.Boolean(), nullable=False),
        sa.Column("vouched_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_board_slot"),
    )
    op.create_index("ix_board_slot_engagement_id", "board_slot", ["engagement_id"])
    op.create_index("ix_board_slot_version_id", "board_slot", ["version_id"])


def downgrade() -> None:
    """Drop the tables: nothing is lost with them."""
    op.drop_table("board_slot")
    op.drop_table("board_row")
