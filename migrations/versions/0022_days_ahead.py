"""The board says how reviews stand and what comes next; calendars are fed by a secret address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
INDEXES = (["coach_id", "turn", "ends"], ["practice_id", "turn", "ends"],
           ["coach_id", "review", "starts"])


def _named(columns: list[str]) -> str:
    return "_".join(["ix_board_row", *columns])


def upgrade() -> None:
    """Make the columns, empty: `portal init` fills the board from the records."""
    op.execute("DELETE FROM board_row")
    op.drop_index("ix_board_row_coach_id_word_ends", "board_row")
    for name in ("review", "turn"):
        op.add_column("board_row", sa.Column(name, sa.String(length=8), nullable=False,
                                             server_default=sa.text("''")))
    for columns in INDEXES:
        op.create_index(_named(columns), "board_row", columns)
    op.create_table(
        "calendar_feed",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=True),
        sa.Column("titles", sa.Boolean(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_calendar_feed_practice_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"],
                                name="fk_calendar_feed_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_feed"),
        sa.UniqueConstraint("secret_hash", name="uq_calendar_feed_secret_hash"),
    )
    for name in ("practice_id", "person_id"):
        op.create_index(f"ix_calendar_feed_{name}", "calendar_feed", [name])


def downgrade() -> None:
    """Go back to a board that names days alone; feeds answer no more."""
    op.drop_table("calendar_feed")
    op.execute("DELETE FROM board_row")
    for columns in reversed(INDEXES):
        op.drop_index(_named(columns), "board_row")
    for name in ("turn", "review"):
        op.drop_column("board_row", name)
    op.create_index("ix_board_row_coach_id_word_ends", "board_row", ["coach_id", "word", "ends"])
