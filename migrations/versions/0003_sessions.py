"""Sessions of an engagement, and who takes part in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "coaching_session",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("place_enc", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("was_at", INSTANT, nullable=True),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"],
                                name="fk_coaching_session_engagement_id"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_coaching_session_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_coaching_session_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_coaching_session"),
        sa.UniqueConstraint("engagement_id", "number",
                            name="uq_coaching_session_engagement_id_number"),
    )
    op.create_index("ix_coaching_session_practice_id", "coaching_session", ["practice_id"])
    op.create_table(
        "session_pass",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("mode", sa.String(length=12), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"],
                                name="fk_session_pass_engagement_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_session_pass_party_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_session_pass_practice_id"),
        sa.ForeignKeyConstraint(["session_id"], ["coaching_session.id"],
                                name="fk_session_pass_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_session_pass"),
        sa.UniqueConstraint("session_id", "party_id", name="uq_session_pass_session_id_party_id"),
    )
    op.create_index("ix_session_pass_engagement_id", "session_pass", ["engagement_id"])
    op.create_index("ix_session_pass_practice_id", "session_pass", ["practice_id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("session_pass")
    op.drop_table("coaching_session")
