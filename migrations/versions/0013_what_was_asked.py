"""What was asked before sharing, and what was shared, is kept for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
TABLES = ("sharing_question", "sharing_slip", "sharing_share")


def upgrade() -> None:
    """Make the tables of questions, slips and shares, which nobody can change or empty."""
    op.create_table(
        "sharing_question",
        *_ids("id", "practice_id", "engagement_id", "asked_by"),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        *_ids("recipient_id"),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("form", sa.String(length=12), nullable=False),
        sa.Column("session", sa.String(length=12), nullable=True),
        sa.Column("third_person_agreed", sa.Boolean(), nullable=False),
        sa.Column("about_at", INSTANT, nullable=False),
        sa.Column("decision", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("line", sa.String(length=80), nullable=True),
        sa.Column("obligations", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=8), nullable=False),
        *_keys("sharing_question", practice_id="practice", engagement_id="engagement",
               asked_by="person"),
    )
    op.create_table(
        "sharing_slip",
        *_ids("id", "practice_id", "engagement_id", "question_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_keys("sharing_slip", practice_id="practice", engagement_id="engagement",
               question_id="sharing_question"),
        sa.UniqueConstraint("question_id", name="uq_sharing_slip_question_id"),
        sa.UniqueConstraint("engagement_id", "number", name="uq_sharing_slip_engagement_id_number"),
    )
    op.create_table(
        "sharing_share",
        *_ids("id", "practice_id", "engagement_id", "question_id"),
        sa.Column("slip_id", ID, nullable=True),
        *_ids("shared_by"),
        sa.Column("shared_at", INSTANT, nullable=False),
        sa.Column("line", sa.String(length=80), nullable=True),
        sa.Column("obligations", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_keys("sharing_share", practice_id="practice", engagement_id="engagement",
               question_id="sharing_question", slip_id="sharing_slip", shared_by="person"),
        sa.UniqueConstraint("question_id", name="uq_sharing_share_question_id"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_practice_id", table, ["practice_id"])
        if table != "sharing_slip":
            op.create_index(f"ix_{table}_engagement_id", table, ["engagement_id"])
        for statement in keep_forever(table)[op.get_bind().dialect.name]:
            op.execute(statement)


def _ids(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, ID, nullable=False) for name in names]


def _keys(table: str, **points_to: str) -> list[sa.Constraint]:
    return [sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            *(sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
              for name, other in points_to.items())]


def downgrade() -> None:
    """Go back to agreements that nobody asks."""
    for table in reversed(TABLES):
        op.drop_table(table)
