"""A lost authenticator is replaced, and a person may have several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Say of each authenticator on what proof it rests, and make the table of those who ask."""
    op.add_column("factor", sa.Column("set_up_as", sa.String(length=10), nullable=False,
                                      server_default=sa.text("'first'")))
    op.add_column("factor", sa.Column("name_enc", sa.LargeBinary(), nullable=True))
    for name in ("used_at", "asleep_until"):
        op.add_column("factor", sa.Column(name, INSTANT, nullable=True))
    op.create_table(
        "way_back",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("factor_id", ID, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("heard_at", INSTANT, nullable=True),
        sa.Column("heard_by", ID, nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_way_back_practice_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_way_back_person_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"],
                                name="fk_way_back_engagement_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_way_back_party_id"),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name="fk_way_back_factor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_way_back"),
    )
    for name in ("practice_id", "person_id", "engagement_id"):
        op.create_index(f"ix_way_back_{name}", "way_back", [name])


def downgrade() -> None:
    """Forget who asked; what was set up stays set up."""
    op.drop_table("way_back")
    for name in ("asleep_until", "used_at", "name_enc", "set_up_as"):
        op.drop_column("factor", name)
