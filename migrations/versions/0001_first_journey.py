"""The schema that the first journey and all later ones stand on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal.ground.db import APPEND_ONLY_FUNCTION, keep_forever

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(length=32)
INSTANT = sa.DateTime(timezone=True)

#: Tables whose rows are evidence and never change (INV-10).
EVIDENCE = (
    "ledger_entry",
    "chain",
    "used_step",
    "invitation",
    "agreement_version",
    "signer_slot",
    "grant_line",
    "signature",
    "sealed_file",
)
#: The access log never changes either, and lets go of its lines after 90 days (Z16).
ACCESS_LOG = {
    "sqlite": [
        "CREATE TRIGGER access_log_keep_update BEFORE UPDATE ON access_log "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
        "CREATE TRIGGER access_log_keep_delete BEFORE DELETE ON access_log "
        "WHEN OLD.at > datetime('now', '-90 days') "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
    ],
    "postgresql": [
        "CREATE TRIGGER access_log_keep_update BEFORE UPDATE ON access_log "
        "FOR EACH ROW EXECUTE FUNCTION evidence_is_append_only()",
        "CREATE TRIGGER access_log_keep_delete BEFORE DELETE ON access_log "
        "FOR EACH ROW WHEN (OLD.at > now() - interval '90 days') "
        "EXECUTE FUNCTION evidence_is_append_only()",
        "CREATE TRIGGER access_log_keep_all BEFORE TRUNCATE ON access_log "
        "FOR EACH STATEMENT EXECUTE FUNCTION evidence_is_append_only()",
    ],
}
TABLES = (
    "access_log",
    "chain",
    "data_key",
    "door_request",
    "notice",
    "ledger_entry",
    "practice",
    "person",
    "seal",
    "successor",
    "account",
    "contact_point",
    "engagement",
    "factor",
    "recovery_code",
    "agreement",
    "invitation",
    "membership",
    "party",
    "sign_in",
    "sitting",
    "used_step",
    "agreement_version",
    "pairing",
    "terms_draft",
    "grant_line",
    "sealed_file",
    "signer_slot",
    "signature",
)


def upgrade() -> None:
    """Make every table, and the triggers that keep evidence as it was written."""
    _make_tables()
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        op.execute(APPEND_ONLY_FUNCTION)
    for table in EVIDENCE:
        for statement in keep_forever(table)[dialect]:
            op.execute(statement)
    for statement in ACCESS_LOG[dialect]:
        op.execute(statement)


def downgrade() -> None:
    """Take everything away again, newest first."""
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION evidence_is_append_only()")


def _make_tables() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=True),
        sa.Column("engagement_id", ID, nullable=True),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=48), nullable=False),
        sa.Column("outcome", sa.String(length=48), nullable=False),
        sa.Column("network", sa.String(length=48), nullable=True),
        sa.Column("browser", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index(
        "ix_access_log_engagement_id_at", "access_log", ["engagement_id", "at"], unique=False
    )
    op.create_index(
        "ix_access_log_practice_id_at", "access_log", ["practice_id", "at"], unique=False
    )

    op.create_table(
        "chain",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("covers", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain"),
    )
    op.create_index("ix_chain_practice_id", "chain", ["practice_id"], unique=False)

    op.create_table(
        "data_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("covers", sa.String(length=16), nullable=False),
        sa.Column("master_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_key"),
    )
    op.create_index("ix_data_key_practice_id", "data_key", ["practice_id"], unique=False)

    op.create_table(
        "door_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=True),
        sa.Column("address_enc", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_door_request"),
    )
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("key_id", ID, nullable=True),
        sa.Column("topic", sa.String(length=8), nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("dedupe", sa.String(length=160), nullable=False),
        sa.Column("destination_enc", sa.LargeBinary(), nullable=True),
        sa.Column("values_enc", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("claimed_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=24), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_as", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("dedupe", name="uq_notice_dedupe"),
    )
    op.create_index("ix_notice_engagement_id", "notice", ["engagement_id"], unique=False)
    op.create_index("ix_notice_practice_id", "notice", ["practice_id"], unique=False)
    op.create_index("ix_notice_subject_id", "notice", ["subject_id"], unique=False)
    op.create_index(
        "ix_notice_topic_settled_at_due_at",
        "notice",
        ["topic", "settled_at", "due_at"],
        unique=False,
    )

    op.create_table(
        "ledger_entry",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("chain_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name="fk_ledger_entry_chain_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entry"),
        sa.UniqueConstraint("chain_id", "previous", name="uq_ledger_entry_chain_id_previous"),
        sa.UniqueConstraint("chain_id", "seq", name="uq_ledger_entry_chain_id_seq"),
    )
    op.create_index(
        "ix_ledger_entry_chain_id_subject_id",
        "ledger_entry",
        ["chain_id", "subject_id"],
        unique=False,
    )
    op.create_index("ix_ledger_entry_practice_id", "ledger_entry", ["practice_id"], unique=False)

    op.create_table(
        "practice",
        sa.Column("id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("answers_enc", sa.LargeBinary(), nullable=True),
        sa.Column("contact_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_practice_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_practice"),
    )
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("legal_name_enc", sa.LargeBinary(), nullable=True),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("majority_on", sa.Date(), nullable=True),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("codes_paused_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_person_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_person_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_practice_id", "person", ["practice_id"], unique=False)

    op.create_table(
        "seal",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("root_pem", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_pem", sa.LargeBinary(), nullable=False),
        sa.Column("private_key_enc", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_seal_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_seal_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seal"),
    )
    op.create_index("ix_seal_practice_id", "seal", ["practice_id"], unique=False)

    op.create_table(
        "successor",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("contact_enc", sa.LargeBinary(), nullable=False),
        sa.Column("named_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_successor_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_successor_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_successor"),
    )
    op.create_index("ix_successor_practice_id", "successor", ["practice_id"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("login_print", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=160), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("paused_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_account_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_account_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("login_print", name="uq_account_login_print"),
        sa.UniqueConstraint("person_id", name="uq_account_person_id"),
    )
    op.create_index("ix_account_practice_id", "account", ["practice_id"], unique=False)

    op.create_table(
        "contact_point",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value_enc", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=12), nullable=False),
        sa.Column("read_by", sa.String(length=16), nullable=False),
        sa.Column("owner_declared_at", INSTANT, nullable=False),
        sa.Column("use", sa.String(length=12), nullable=False),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("suspended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_contact_point_key_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_point_person_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_contact_point_practice_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
    )
    op.create_index("ix_contact_point_fingerprint", "contact_point", ["fingerprint"], unique=False)
    op.create_index("ix_contact_point_person_id", "contact_point", ["person_id"], unique=False)
    op.create_index("ix_contact_point_practice_id", "contact_point", ["practice_id"], unique=False)

    op.create_table(
        "engagement",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("coach_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("setting", sa.String(length=12), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["coach_id"], ["person.id"], name="fk_engagement_coach_id"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_engagement_key_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_engagement_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_engagement"),
    )
    op.create_index("ix_engagement_coach_id", "engagement", ["coach_id"], unique=False)
    op.create_index("ix_engagement_practice_id", "engagement", ["practice_id"], unique=False)

    op.create_table(
        "factor",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("secret_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("enrolled_at", INSTANT, nullable=True),
        sa.Column("via_invitation_id", ID, nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_factor_key_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_factor_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_factor_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_factor"),
    )
    op.create_index("ix_factor_person_id", "factor", ["person_id"], unique=False)
    op.create_index("ix_factor_practice_id", "factor", ["practice_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("hash", sa.String(length=160), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_recovery_code_person_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_recovery_code_practice_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"], unique=False)
    op.create_index("ix_recovery_code_practice_id", "recovery_code", ["practice_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("template_code", sa.String(length=8), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_agreement_engagement_id"
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_agreement_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement"),
        sa.UniqueConstraint(
            "engagement_id", "template_code", name="uq_agreement_engagement_id_template_code"
        ),
    )
    op.create_index("ix_agreement_engagement_id", "agreement", ["engagement_id"], unique=False)
    op.create_index("ix_agreement_practice_id", "agreement", ["practice_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("contact_point_id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_point.id"], name="fk_invitation_contact_point_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_invitation_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_invitation_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("secret_hash", name="uq_invitation_secret_hash"),
    )
    op.create_index("ix_invitation_engagement_id", "invitation", ["engagement_id"], unique=False)
    op.create_index("ix_invitation_person_id", "invitation", ["person_id"], unique=False)
    op.create_index("ix_invitation_practice_id", "invitation", ["practice_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_membership_account_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_membership_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
    )
    op.create_index("ix_membership_account_id", "membership", ["account_id"], unique=False)
    op.create_index("ix_membership_practice_id", "membership", ["practice_id"], unique=False)

    op.create_table(
        "party",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("contact_point_id", ID, nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("capacity", sa.String(length=16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_point.id"], name="fk_party_contact_point_id"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_party_engagement_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_party_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_party_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        sa.UniqueConstraint(
            "engagement_id", "person_id", "role", name="uq_party_engagement_id_person_id_role"
        ),
    )
    op.create_index("ix_party_engagement_id", "party", ["engagement_id"], unique=False)
    op.create_index("ix_party_person_id", "party", ["person_id"], unique=False)
    op.create_index("ix_party_practice_id", "party", ["practice_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("engagement_id", ID, nullable=True),
        sa.Column("invitation_id", ID, nullable=True),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_sign_in_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_sign_in_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_token_hash"),
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"], unique=False)
    op.create_index("ix_sign_in_practice_id", "sign_in", ["practice_id"], unique=False)

    op.create_table(
        "sitting",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("values_enc", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_sitting_engagement_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_sitting_key_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sitting_person_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_sitting_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sitting"),
        sa.UniqueConstraint(
            "engagement_id", "person_id", name="uq_sitting_engagement_id_person_id"
        ),
    )
    op.create_index("ix_sitting_engagement_id", "sitting", ["engagement_id"], unique=False)
    op.create_index("ix_sitting_person_id", "sitting", ["person_id"], unique=False)
    op.create_index("ix_sitting_practice_id", "sitting", ["practice_id"], unique=False)

    op.create_table(
        "used_step",
        sa.Column("factor_id", ID, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name="fk_used_step_factor_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_used_step_practice_id"),
        sa.PrimaryKeyConstraint("factor_id", "step", name="pk_used_step"),
    )
    op.create_index("ix_used_step_practice_id", "used_step", ["practice_id"], unique=False)

    op.create_table(
        "agreement_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("template_code", sa.String(length=8), nullable=False),
        sa.Column("template_version", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("nonce_enc", sa.LargeBinary(), nullable=False),
        sa.Column("record_enc", sa.LargeBinary(), nullable=False),
        sa.Column("notice_enc", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("predecessor_id", ID, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("effective_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=False),
        sa.Column("sign_by", INSTANT, nullable=False),
        sa.Column("review_months", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name="fk_agreement_version_agreement_id"
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_agreement_version_engagement_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_agreement_version_key_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_agreement_version_practice_id"
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["agreement_version.id"], name="fk_agreement_version_predecessor_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_version"),
        sa.UniqueConstraint(
            "agreement_id", "number", name="uq_agreement_version_agreement_id_number"
        ),
    )
    op.create_index(
        "ix_agreement_version_agreement_id", "agreement_version", ["agreement_id"], unique=False
    )
    op.create_index(
        "ix_agreement_version_engagement_id", "agreement_version", ["engagement_id"], unique=False
    )
    op.create_index(
        "ix_agreement_version_practice_id", "agreement_version", ["practice_id"], unique=False
    )

    op.create_table(
        "pairing",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("factor_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("digits_enc", sa.LargeBinary(), nullable=False),
        sa.Column("shown_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("fails", sa.Integer(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_as", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_pairing_engagement_id"
        ),
        sa.ForeignKeyConstraint(["factor_id"], ["factor.id"], name="fk_pairing_factor_id"),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_pairing_key_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_pairing_party_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_pairing_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pairing"),
    )
    op.create_index("ix_pairing_engagement_id", "pairing", ["engagement_id"], unique=False)
    op.create_index("ix_pairing_party_id", "pairing", ["party_id"], unique=False)
    op.create_index("ix_pairing_practice_id", "pairing", ["practice_id"], unique=False)

    op.create_table(
        "terms_draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("agreement_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("values_enc", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("discarded_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name="fk_terms_draft_agreement_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_terms_draft_key_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_terms_draft_practice_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_terms_draft"),
        sa.UniqueConstraint("agreement_id", name="uq_terms_draft_agreement_id"),
    )
    op.create_index("ix_terms_draft_practice_id", "terms_draft", ["practice_id"], unique=False)

    op.create_table(
        "grant_line",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effect", sa.String(length=6), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("condition_of_programme", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("starts", INSTANT, nullable=True),
        sa.Column("ends", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_grant_line_practice_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name="fk_grant_line_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_grant_line"),
        sa.UniqueConstraint("version_id", "number", name="uq_grant_line_version_id_number"),
    )
    op.create_index("ix_grant_line_practice_id", "grant_line", ["practice_id"], unique=False)
    op.create_index("ix_grant_line_version_id", "grant_line", ["version_id"], unique=False)

    op.create_table(
        "sealed_file",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("occasion", sa.String(length=8), nullable=False),
        sa.Column("short_code", sa.String(length=24), nullable=False),
        sa.Column("file_enc", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_sealed_file_engagement_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_sealed_file_key_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_sealed_file_practice_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name="fk_sealed_file_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_file"),
        sa.UniqueConstraint("short_code", name="uq_sealed_file_short_code"),
        sa.UniqueConstraint(
            "version_id", "edition", "occasion", name="uq_sealed_file_version_id_edition_occasion"
        ),
    )
    op.create_index("ix_sealed_file_engagement_id", "sealed_file", ["engagement_id"], unique=False)
    op.create_index("ix_sealed_file_practice_id", "sealed_file", ["practice_id"], unique=False)
    op.create_index("ix_sealed_file_sha256", "sealed_file", ["sha256"], unique=False)
    op.create_index("ix_sealed_file_version_id", "sealed_file", ["version_id"], unique=False)

    op.create_table(
        "signer_slot",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("meaning", sa.String(length=12), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("vouching", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_signer_slot_party_id"),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name="fk_signer_slot_practice_id"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name="fk_signer_slot_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signer_slot"),
        sa.UniqueConstraint("version_id", "party_id", name="uq_signer_slot_version_id_party_id"),
    )
    op.create_index("ix_signer_slot_party_id", "signer_slot", ["party_id"], unique=False)
    op.create_index("ix_signer_slot_practice_id", "signer_slot", ["practice_id"], unique=False)
    op.create_index("ix_signer_slot_version_id", "signer_slot", ["version_id"], unique=False)

    op.create_table(
        "signature",
        sa.Column("id", ID, nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("slot_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("version_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.Column("manifest_enc", sa.LargeBinary(), nullable=False),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name="fk_signature_engagement_id"
        ),
        sa.ForeignKeyConstraint(["key_id"], ["data_key.id"], name="fk_signature_key_id"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_signature_party_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_signature_practice_id"),
        sa.ForeignKeyConstraint(["slot_id"], ["signer_slot.id"], name="fk_signature_slot_id"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name="fk_signature_version_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sa.UniqueConstraint("slot_id", name="uq_signature_slot_id"),
    )
    op.create_index("ix_signature_engagement_id", "signature", ["engagement_id"], unique=False)
    op.create_index("ix_signature_party_id", "signature", ["party_id"], unique=False)
    op.create_index("ix_signature_practice_id", "signature", ["practice_id"], unique=False)
    op.create_index("ix_signature_version_id", "signature", ["version_id"], unique=False)
