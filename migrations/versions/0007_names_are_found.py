"""Names are found by the beginnings of their words while they are stored encrypted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
ANSWERS = ["word", "starts", "ends", "mine", "asked_at", "held_up", "signed", "waiting", "unsent",
           "valid_to", "engagement_id", "coachee_id", "id"]


def upgrade() -> None:
    """Make the list, and let others of the practice see only those rows where somebody was asked."""
    op.create_table(
        "name_print",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("print", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_name_print_key_id",
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_name_print"),
    )
    op.create_index("ix_name_print_practice_id_print", "name_print", ["practice_id", "print"])
    op.create_index("ix_name_print_subject_id", "name_print", ["subject_id"])
    op.create_index("ix_name_print_key_id", "name_print", ["key_id"])
    # The board is made anew by `portal init`.
    op.execute("DELETE FROM board_row")
    op.add_column("board_row", sa.Column("asked", sa.Boolean(), nullable=False,
                                         server_default=sa.false()))
    op.add_column("board_row", sa.Column("held_up", sa.String(length=8), nullable=False,
                                         server_default=""))
    op.drop_column("board_row", "engagement_word")
    op.drop_index("ix_board_row_practice_id_ends", "board_row")
    op.drop_index("ix_board_row_coach_id_ends", "board_row")
    op.create_index("ix_board_row_coach_id_word_ends", "board_row", ["coach_id", "word", "ends"])
    op.create_index("ix_board_row_own", "board_row", ["coach_id", *ANSWERS])
    op.create_index("ix_board_row_practice", "board_row", ["practice_id", "asked", *ANSWERS])


def downgrade() -> None:
    """Forget the list."""
    op.execute("DELETE FROM board_row")
    op.drop_index("ix_board_row_practice", "board_row")
    op.drop_index("ix_board_row_own", "board_row")
    op.drop_index("ix_board_row_coach_id_word_ends", "board_row")
    op.create_index("ix_board_row_coach_id_ends", "board_row", ["coach_id", "ends"])
    op.create_index("ix_board_row_practice_id_ends", "board_row", ["practice_id", "ends"])
    op.add_column("board_row", sa.Column("engagement_word", sa.String(length=16), nullable=False,
                                         server_default=""))
    op.drop_column("board_row", "held_up")
    op.drop_column("board_row", "asked")
    op.drop_table("name_print")
