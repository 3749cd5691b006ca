"""Several coaches in one practice: joining, handing over, a successor and a way back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
#: Somebody who coaches again after another did is a party of the engagement for a second time.
ONCE = "uq_party_engagement_id_person_id_role"
ONCE_AT_A_TIME = "uq_party_engagement_id_person_id_role_created_at"


def upgrade() -> None:
    """Make the tables, and let a person take part anew."""
    op.add_column("practice", sa.Column("withdrawal_enc", sa.LargeBinary(), nullable=True))
    _make_invitations()
    _make_hand_overs()
    with op.batch_alter_table("party") as batch:
        batch.drop_constraint(ONCE, type_="unique")
        batch.create_unique_constraint(
            ONCE_AT_A_TIME, ["engagement_id", "person_id", "role", "created_at"])


def downgrade() -> None:
    """Go back to one coach for each engagement, from beginning to end."""
    with op.batch_alter_table("party") as batch:
        batch.drop_constraint(ONCE_AT_A_TIME, type_="unique")
        batch.create_unique_constraint(ONCE, ["engagement_id", "person_id", "role"])
    op.drop_table("hand_over")
    op.drop_table("membership_invitation")
    op.drop_column("practice", "withdrawal_enc")


def _make_invitations() -> None:
    op.create_table(
        "membership_invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("invited_by", ID, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("address_enc", sa.LargeBinary(), nullable=True),
        sa.Column("address_print", sa.String(length=64), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(length=8), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["person.id"],
                                name="fk_membership_invitation_invited_by"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"],
                                name="fk_membership_invitation_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_membership_invitation_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership_invitation"),
        sa.UniqueConstraint("secret_hash", name="uq_membership_invitation_secret_hash"),
    )
    op.create_index("ix_membership_invitation_address_print", "membership_invitation",
                    ["address_print"])
    op.create_index("ix_membership_invitation_practice_id", "membership_invitation",
                    ["practice_id"])


def _make_hand_overs() -> None:
    people = ("from_person_id", "to_person_id", "proposed_by")
    op.create_table(
        "hand_over",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        *(sa.Column(name, ID, nullable=False) for name in people),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"],
                                name="fk_hand_over_engagement_id"),
        *(sa.ForeignKeyConstraint([name], ["person.id"], name=f"fk_hand_over_{name}")
          for name in people),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_hand_over_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
    )
    op.create_index("ix_hand_over_engagement_id", "hand_over", ["engagement_id"])
    op.create_index("ix_hand_over_practice_id", "hand_over", ["practice_id"])
    for statement in keep_forever("hand_over")[op.get_bind().dialect.name]:
        op.execute(statement)
