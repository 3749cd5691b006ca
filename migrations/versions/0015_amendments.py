"""Changes are proposed and answered in words, which nobody can change or take back from the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import keep_forever

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)
POINTS_TO = {
    "amendment": {
        "practice_id": "practice", "engagement_id": "engagement", "agreement_id": "agreement",
        "party_id": "party", "coach_party_id": "party", "key_id": "data_key",
    },
    "amendment_answer": {
        "practice_id": "practice", "engagement_id": "engagement", "amendment_id": "amendment",
        "key_id": "data_key",
    },
}
SINCE = {"amendment": "proposed_at", "amendment_answer": "answered_at"}
FOUND_BY = {"amendment": ("practice_id", "engagement_id", "coach_party_id"),
            "amendment_answer": ("practice_id", "engagement_id", "amendment_id")}


def upgrade() -> None:
    """Make the tables of what is proposed and of what is answered."""
    for table, points in POINTS_TO.items():
        op.create_table(
            table,
            sa.Column("id", ID, nullable=False),
            *(sa.Column(name, ID, nullable=False) for name in points),
            sa.Column("words_enc", sa.LargeBinary(), nullable=False),
            sa.Column(SINCE[table], INSTANT, nullable=False),
            *(sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}")
              for name, other in points.items()),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        )
        for name in FOUND_BY[table]:
            op.create_index(f"ix_{table}_{name}", table, [name])
        for statement in keep_forever(table)[op.get_bind().dialect.name]:
            op.execute(statement)


def downgrade() -> None:
    """Go back to texts that nobody proposes to change."""
    for table in reversed(POINTS_TO):
        op.drop_table(table)
