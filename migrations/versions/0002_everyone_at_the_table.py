"""Several people and several agreements in one engagement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make room for counterparts, their organisations and what they hope for."""
    _make_tables()
    op.add_column("party", sa.Column("organisation_id", ID, nullable=True))
    op.add_column("party", sa.Column("asked_for_on", sa.Date(), nullable=True))
    op.add_column("party", sa.Column("on_paper", sa.Boolean(), nullable=False,
                                     server_default=sa.false()))
    op.add_column("terms_draft", sa.Column("issued_at", INSTANT, nullable=True))
    # What was issued before is no draft any more.
    op.execute("UPDATE terms_draft SET issued_at = changed_at WHERE agreement_id IN "
               "(SELECT agreement_id FROM agreement_version)")
    with op.batch_alter_table("agreement") as batch:
        batch.add_column(sa.Column("party_id", ID, nullable=True))
        batch.add_column(sa.Column("session_id", ID, nullable=True))
        batch.drop_constraint("uq_agreement_engagement_id_template_code", type_="unique")


def downgrade() -> None:
    """Go back to one agreement of each kind in an engagement."""
    with op.batch_alter_table("agreement") as batch:
        batch.create_unique_constraint("uq_agreement_engagement_id_template_code",
                                       ["engagement_id", "template_code"])
        batch.drop_column("session_id")
        batch.drop_column("party_id")
    op.drop_column("terms_draft", "issued_at")
    for column in ("on_paper", "asked_for_on", "organisation_id"):
        op.drop_column("party", column)
    op.drop_table("expectation")
    op.drop_table("organisation")


def _make_tables() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("domains_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_organisation_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_organisation_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )
    op.create_index("ix_organisation_practice_id", "organisation", ["practice_id"])
    op.create_table(
        "expectation",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("hope_enc", sa.LargeBinary(), nullable=False),
        sa.Column("ready_enc", sa.LargeBinary(), nullable=False),
        sa.Column("shared_with", sa.String(length=8), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("shared_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"],
                                name="fk_expectation_engagement_id"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_expectation_key_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_expectation_party_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_expectation_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_expectation"),
        sa.UniqueConstraint("party_id", name="uq_expectation_party_id"),
    )
    op.create_index("ix_expectation_engagement_id", "expectation", ["engagement_id"])
    op.create_index("ix_expectation_practice_id", "expectation", ["practice_id"])
