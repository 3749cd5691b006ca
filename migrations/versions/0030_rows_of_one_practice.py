"""PostgreSQL shows and takes the rows of one practice alone."""

from __future__ import annotations

from alembic import op

from portal.ground.reach import no_policy_on, policy_on

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = (
    "account", "address_change", "agreement", "agreement_version", "amendment",
    "amendment_answer", "api_token", "board_row", "board_slot", "calendar_feed",
    "called_review", "chain", "checkpoint", "checkpoint_wish", "coaching_session",
    "contact_point", "data_key", "engagement", "expectation", "factor", "grant_line",
    "hand_over", "ink_scan", "invitation", "late_form", "ledger_entry", "membership",
    "membership_invitation", "name_print", "notice", "organisation", "pairing", "paper_twin", "password_reset",
    "party", "passkey_asked", "person", "recovery_code", "renewal", "renewed_file", "seal",
    "seal_root", "sealed_file", "seen_by_mistake", "session_pass", "sharing_question",
    "sharing_share", "sharing_slip", "sign_in", "signature", "signer_slot", "sitting",
    "successor", "terms_draft", "timer", "used_step", "way_back",
)
#: Where a row may be nobody's: a visit that led nowhere, a job that looks after all.
OR_NOBODYS = ("access_log", "door_request", "failing_item", "job_run", "throttle")


def upgrade() -> None:
    """Set up the policies; SQLite has none."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        _run(policy_on(table))
    for table in OR_NOBODYS:
        _run(policy_on(table, or_nobody=True))
    _run(policy_on("practice", column="id"))


def downgrade() -> None:
    """Take the policies away."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*TABLES, *OR_NOBODYS, "practice"):
        _run(no_policy_on(table))


def _run(statements: tuple[str, ...]) -> None:
    for statement in statements:
        op.execute(statement)
