"""Passkeys sign beside one-time codes: what they were asked is kept until it is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)


def _counter(kind: sa.types.TypeEngine[int]) -> None:
    # A table that is no evidence, so a batch loses no trigger. Counters of passkeys have 32 bits
    # without a sign (WebAuthn, section 6.1), which the column was too narrow for.
    with op.batch_alter_table("factor") as batch:
        batch.alter_column("last_step", type_=kind, existing_nullable=False)


def upgrade() -> None:
    """Make the table, and room for counters."""
    op.create_table(
        "passkey_asked",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"],
                                name="fk_passkey_asked_practice_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_passkey_asked_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkey_asked"),
        sa.UniqueConstraint("challenge", name="uq_passkey_asked_challenge"),
    )
    for name in ("practice_id", "person_id"):
        op.create_index(f"ix_passkey_asked_{name}", "passkey_asked", [name])
    _counter(sa.BigInteger())


def downgrade() -> None:
    """Go back to codes alone: passkeys are kept, and open nothing."""
    op.execute("UPDATE factor SET last_step = 0 WHERE last_step > 2147483647")
    _counter(sa.Integer())
    op.drop_table("passkey_asked")
