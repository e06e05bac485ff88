"""All tables of release 0.1.0. Made by ``generate``; frozen once the release is out.

Functions and triggers stand beside this file as SQL, one statement after each ``--;;``.
"""
# ruff: noqa: E501, PLR0915

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def instant() -> sa.types.TypeEngine[str]:
    """An instant: with time zone on PostgreSQL, ISO 8601 text elsewhere."""
    return sa.String(32).with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def document() -> sa.types.TypeEngine[str]:
    """A JSON object: JSONB on PostgreSQL, text elsewhere."""
    return sa.Text().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Create everything."""
    create_tables()
    here = Path(__file__)
    text = here.with_name(f"{here.stem}.{op.get_bind().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in text.split("\n--;;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Refuse: a ledger is not dropped by a migration."""
    raise NotImplementedError("release 0.1.0 is the first; its tables hold a ledger and are never dropped by us")


def create_tables() -> None:
    """Create tables and indexes."""
    op.create_table(
        "bnpl_agreement",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("agreement_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("plan_code", sa.String(length=64), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", document(), nullable=False),
        sa.Column("signed_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("shopper_id", "agreement_id", name=op.f("pk_bnpl_agreement")),
    )
    op.create_index("ix_bnpl_agreement_checkout", "bnpl_agreement", ["shopper_id", "checkout_id"], unique=False)
    op.create_table(
        "bnpl_api_key",
        sa.Column("key_hash", sa.String(length=128), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("revoked_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_bnpl_api_key")),
    )
    op.create_index("ix_bnpl_api_key_merchant", "bnpl_api_key", ["merchant_id"], unique=False)
    op.create_table(
        "bnpl_attempt",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=True),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("provider_ref", sa.String(length=255), nullable=True),
        sa.Column("customer_ref", sa.String(length=255), nullable=True),
        sa.Column("method_ref", sa.String(length=255), nullable=True),
        sa.Column("decline_code", sa.String(length=64), nullable=True),
        sa.Column("next_action", document(), nullable=True),
        sa.Column("details", document(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("check_at", instant(), nullable=True),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0 AND tries >= 0", name=op.f("ck_bnpl_attempt_never_negative")),
        sa.PrimaryKeyConstraint("shopper_id", "attempt_id", name=op.f("pk_bnpl_attempt")),
    )
    op.create_index(
        "ix_bnpl_attempt_check",
        "bnpl_attempt",
        ["check_at"],
        unique=False,
        postgresql_where=sa.text("check_at IS NOT NULL"),
        sqlite_where=sa.text("check_at IS NOT NULL"),
    )
    op.create_index("ix_bnpl_attempt_checkout", "bnpl_attempt", ["checkout_id"], unique=False)
    op.create_index("ix_bnpl_attempt_loan", "bnpl_attempt", ["loan_id"], unique=False)
    op.create_index("ix_bnpl_attempt_ref", "bnpl_attempt", ["provider", "provider_ref"], unique=False)
    op.create_index(
        "uq_bnpl_attempt_checkout_in_flight",
        "bnpl_attempt",
        ["checkout_id"],
        unique=True,
        postgresql_where=sa.text(
            "purpose IN ('first', 'setup') AND state IN ('created', 'sent', 'pending', 'unknown')"
        ),
        sqlite_where=sa.text("purpose IN ('first', 'setup') AND state IN ('created', 'sent', 'pending', 'unknown')"),
    )
    op.create_index("uq_bnpl_attempt_id", "bnpl_attempt", ["attempt_id"], unique=True)
    op.create_index(
        "uq_bnpl_attempt_loan_in_flight",
        "bnpl_attempt",
        ["loan_id"],
        unique=True,
        postgresql_where=sa.text("purpose <> 'refund' AND state IN ('created', 'sent', 'pending', 'unknown')"),
        sqlite_where=sa.text("purpose <> 'refund' AND state IN ('created', 'sent', 'pending', 'unknown')"),
    )
    op.create_index(
        "uq_bnpl_attempt_refund_in_flight",
        "bnpl_attempt",
        ["parent_id"],
        unique=True,
        postgresql_where=sa.text("purpose = 'refund' AND state IN ('created', 'sent', 'pending', 'unknown')"),
        sqlite_where=sa.text("purpose = 'refund' AND state IN ('created', 'sent', 'pending', 'unknown')"),
    )
    op.create_table(
        "bnpl_borrowing",
        sa.Column("borrowing_id", sa.String(length=64), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("funder_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger(), nullable=False),
        sa.Column("nominal_rate_bps", sa.Integer(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("accrued_to", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("taken_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("outstanding_minor <= principal_minor", name=op.f("ck_bnpl_borrowing_outstanding")),
        sa.CheckConstraint(
            "outstanding_minor >= 0 AND nominal_rate_bps >= 0 AND interest_minor >= 0",
            name=op.f("ck_bnpl_borrowing_never_negative"),
        ),
        sa.PrimaryKeyConstraint("borrowing_id", name=op.f("pk_bnpl_borrowing")),
    )
    op.create_index("ix_bnpl_borrowing_pool", "bnpl_borrowing", ["pool_id"], unique=False)
    op.create_table(
        "bnpl_capital_limit",
        sa.Column("limit_id", sa.String(length=64), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("ceiling_minor >= 0 AND used_minor >= 0", name=op.f("ck_bnpl_capital_limit_never_negative")),
        sa.PrimaryKeyConstraint("limit_id", name=op.f("pk_bnpl_capital_limit")),
    )
    op.create_index("ix_bnpl_capital_limit_pool", "bnpl_capital_limit", ["pool_id"], unique=False)
    op.create_index(
        "uq_bnpl_capital_limit_active",
        "bnpl_capital_limit",
        ["pool_id", "scope", "subject"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "bnpl_capital_pool",
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("available_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint(
            "available_minor >= 0 AND held_minor >= 0 AND outstanding_minor >= 0 AND terms_version >= 0",
            name=op.f("ck_bnpl_capital_pool_never_negative"),
        ),
        sa.CheckConstraint(
            "held_minor + outstanding_minor <= available_minor", name=op.f("ck_bnpl_capital_pool_within_available")
        ),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_bnpl_capital_pool")),
    )
    op.create_index("uq_bnpl_capital_pool_currency", "bnpl_capital_pool", ["currency", "country"], unique=True)
    op.create_table(
        "bnpl_checkout",
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("cart", document(), nullable=False),
        sa.Column("cart_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sale_item_id", sa.String(length=64), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("cancel_url", sa.Text(), nullable=False),
        sa.Column("shopper_id", sa.String(length=64), nullable=True),
        sa.Column("offer", document(), nullable=True),
        sa.Column("decision_id", sa.String(length=64), nullable=True),
        sa.Column("hold_id", sa.String(length=64), nullable=True),
        sa.Column("agreement_id", sa.String(length=64), nullable=True),
        sa.Column("attempt_id", sa.String(length=64), nullable=True),
        sa.Column("loan_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_bnpl_checkout_total")),
        sa.CheckConstraint("units >= 0", name=op.f("ck_bnpl_checkout_never_negative")),
        sa.PrimaryKeyConstraint("checkout_id", name=op.f("pk_bnpl_checkout")),
    )
    op.create_index(
        "ix_bnpl_checkout_device",
        "bnpl_checkout",
        ["device"],
        unique=False,
        postgresql_where=sa.text("device IS NOT NULL"),
        sqlite_where=sa.text("device IS NOT NULL"),
    )
    op.create_index(
        "ix_bnpl_checkout_expiry",
        "bnpl_checkout",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('opened', 'referred', 'approved', 'held', 'signed')"),
        sqlite_where=sa.text("state IN ('opened', 'referred', 'approved', 'held', 'signed')"),
    )
    op.create_index("ix_bnpl_checkout_order", "bnpl_checkout", ["merchant_id", "order_ref"], unique=False)
    op.create_index("ix_bnpl_checkout_time", "bnpl_checkout", ["merchant_id", "opened_at", "checkout_id"], unique=False)
    op.create_table(
        "bnpl_co_lending",
        sa.Column("co_lending_id", sa.String(length=64), nullable=False),
        sa.Column("funder_id", sa.String(length=64), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("plan_codes", document(), nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("share_bps BETWEEN 1 AND 9999", name=op.f("ck_bnpl_co_lending_share_bps")),
        sa.PrimaryKeyConstraint("co_lending_id", name=op.f("pk_bnpl_co_lending")),
    )
    op.create_index("ix_bnpl_co_lending_pool", "bnpl_co_lending", ["pool_id"], unique=False)
    op.create_table(
        "bnpl_credit_line",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("drawn_minor", sa.BigInteger(), nullable=False),
        sa.Column("held_minor", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "limit_minor >= 0 AND drawn_minor >= 0 AND held_minor >= 0", name=op.f("ck_bnpl_credit_line_never_negative")
        ),
        sa.PrimaryKeyConstraint("shopper_id", "currency", name=op.f("pk_bnpl_credit_line")),
    )
    op.create_index(
        "ix_bnpl_credit_line_frozen",
        "bnpl_credit_line",
        ["shopper_id"],
        unique=False,
        postgresql_where=sa.text("state = 'frozen'"),
        sqlite_where=sa.text("state = 'frozen'"),
    )
    op.create_index(
        "uq_bnpl_credit_line_open",
        "bnpl_credit_line",
        ["shopper_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
        sqlite_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "bnpl_decision",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=True),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("arm", sa.String(length=64), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("rating", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("inputs", document(), nullable=False),
        sa.Column("reasons", document(), nullable=False),
        sa.Column("decided_at", instant(), nullable=False),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_bnpl_decision_never_negative")),
        sa.PrimaryKeyConstraint("shopper_id", "decision_id", name=op.f("pk_bnpl_decision")),
    )
    op.create_index("ix_bnpl_decision_time", "bnpl_decision", ["shopper_id", "decided_at"], unique=False)
    op.create_table(
        "bnpl_disclosure",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("disclosure_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=35), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", document(), nullable=False),
        sa.Column("medium", sa.String(length=64), nullable=False),
        sa.Column("shown_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("shopper_id", "disclosure_id", name=op.f("pk_bnpl_disclosure")),
    )
    op.create_index("ix_bnpl_disclosure_checkout", "bnpl_disclosure", ["shopper_id", "checkout_id"], unique=False)
    op.create_table(
        "bnpl_drained_claim",
        sa.Column("shopper_id", sa.String(length=120), nullable=False),
        sa.Column("claim_id", sa.String(length=120), nullable=False),
        sa.Column("sale_id", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("ceiling_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("shopper_id", "claim_id", name=op.f("pk_bnpl_drained_claim")),
    )
    op.create_index(
        "ix_bnpl_drained_claim_line",
        "bnpl_drained_claim",
        ["sale_id", "turn"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "bnpl_enquiry",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("enquiry_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("purpose_ref", sa.String(length=120), nullable=False),
        sa.Column("report", document(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("asked_at", instant(), nullable=False),
        sa.Column("answered_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("shopper_id", "enquiry_id", name=op.f("pk_bnpl_enquiry")),
    )
    op.create_index("ix_bnpl_enquiry_purpose", "bnpl_enquiry", ["shopper_id", "purpose_ref"], unique=False)
    op.create_table(
        "bnpl_event",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("payload", document(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("job_id", sa.String(length=96), nullable=True),
        sa.CheckConstraint("seq > 0", name=op.f("ck_bnpl_event_seq")),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_bnpl_event")),
    )
    op.create_index("ix_bnpl_event_merchant", "bnpl_event", ["merchant_id", "at", "event_id"], unique=False)
    op.create_index("uq_bnpl_event_id", "bnpl_event", ["event_id"], unique=True)
    op.create_table(
        "bnpl_funder",
        sa.Column("funder_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("servicing_bps", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint("servicing_bps BETWEEN 0 AND 10000", name=op.f("ck_bnpl_funder_servicing_bps")),
        sa.PrimaryKeyConstraint("funder_id", name=op.f("pk_bnpl_funder")),
    )
    op.create_table(
        "bnpl_gate_change",
        sa.Column("sale_id", sa.String(length=120), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sale_id", "ref", name=op.f("pk_bnpl_gate_change")),
    )
    op.create_table(
        "bnpl_gate_claim",
        sa.Column("shopper_id", sa.String(length=120), nullable=False),
        sa.Column("claim_id", sa.String(length=120), nullable=False),
        sa.Column("sale_id", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("ceiling_at", instant(), nullable=True),
        sa.CheckConstraint("units > 0 AND principal_minor >= 0", name=op.f("ck_bnpl_gate_claim_wish")),
        sa.PrimaryKeyConstraint("shopper_id", "claim_id", name=op.f("pk_bnpl_gate_claim")),
    )
    op.create_index(
        "ix_bnpl_gate_claim_line",
        "bnpl_gate_claim",
        ["sale_id", "item_id", "turn"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "ix_bnpl_gate_claim_until",
        "bnpl_gate_claim",
        ["sale_id", "state", "until"],
        unique=False,
        postgresql_where=sa.text("state IN ('admitted', 'held')"),
        sqlite_where=sa.text("state IN ('admitted', 'held')"),
    )
    op.create_index("uq_bnpl_gate_claim_id", "bnpl_gate_claim", ["claim_id"], unique=True)
    op.create_index(
        "uq_bnpl_gate_claim_live",
        "bnpl_gate_claim",
        ["sale_id", "item_id", "shopper_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'admitted', 'held')"),
        sqlite_where=sa.text("state IN ('waiting', 'admitted', 'held')"),
    )
    op.create_index("uq_bnpl_gate_claim_turn", "bnpl_gate_claim", ["sale_id", "turn"], unique=True)
    op.create_table(
        "bnpl_gate_item",
        sa.Column("sale_id", sa.String(length=120), nullable=False),
        sa.Column("item_id", sa.String(length=120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("total_units", sa.Integer(), nullable=False),
        sa.Column("free_units", sa.Integer(), nullable=False),
        sa.Column("held_units", sa.Integer(), nullable=False),
        sa.Column("booked_units", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("units_per_shopper", sa.Integer(), nullable=False),
        sa.Column("line_limit", sa.Integer(), nullable=False),
        sa.CheckConstraint("free_units + held_units + booked_units = total_units", name=op.f("ck_bnpl_gate_item_sum")),
        sa.CheckConstraint(
            "total_units >= 0 AND held_units >= 0 AND booked_units >= 0 AND waiting >= 0",
            name=op.f("ck_bnpl_gate_item_never_negative"),
        ),
        sa.PrimaryKeyConstraint("sale_id", "item_id", name=op.f("pk_bnpl_gate_item")),
    )
    op.create_table(
        "bnpl_gate_sale",
        sa.Column("sale_id", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("ceiling_seconds", sa.Integer(), nullable=False),
        sa.Column("allotment_minor", sa.BigInteger(), nullable=False),
        sa.Column("left_minor", sa.BigInteger(), nullable=False),
        sa.Column("turns", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("left_minor <= allotment_minor", name=op.f("ck_bnpl_gate_sale_left")),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_bnpl_gate_sale")),
    )
    op.create_table(
        "bnpl_hold",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("sale_item_id", sa.String(length=64), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("funder_id", sa.String(length=64), nullable=True),
        sa.Column("funder_minor", sa.BigInteger(), nullable=False),
        sa.Column("subsidy_id", sa.String(length=64), nullable=True),
        sa.Column("subsidy_minor", sa.BigInteger(), nullable=False),
        sa.Column("limit_ids", sa.Text(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("ceiling_at", instant(), nullable=False),
        sa.Column("down_payment_minor", sa.BigInteger(), nullable=False),
        sa.Column("sale_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint("funder_minor <= principal_minor", name=op.f("ck_bnpl_hold_funder")),
        sa.CheckConstraint("principal_minor > 0", name=op.f("ck_bnpl_hold_principal")),
        sa.CheckConstraint(
            "units >= 0 AND funder_minor >= 0 AND subsidy_minor >= 0 AND down_payment_minor >= 0",
            name=op.f("ck_bnpl_hold_never_negative"),
        ),
        sa.PrimaryKeyConstraint("shopper_id", "hold_id", name=op.f("pk_bnpl_hold")),
    )
    op.create_index(
        "ix_bnpl_hold_expiry",
        "bnpl_hold",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_bnpl_hold_reserved",
        "bnpl_hold",
        ["sale_item_id", "hold_id"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
        sqlite_where=sa.text("state = 'reserved'"),
    )
    op.create_index(
        "ix_bnpl_hold_sale",
        "bnpl_hold",
        ["sale_id", "state"],
        unique=False,
        postgresql_where=sa.text("sale_id IS NOT NULL"),
        sqlite_where=sa.text("sale_id IS NOT NULL"),
    )
    op.create_index(
        "ix_bnpl_hold_subsidy",
        "bnpl_hold",
        ["subsidy_id"],
        unique=False,
        postgresql_where=sa.text("state = 'pending' AND subsidy_id IS NOT NULL"),
        sqlite_where=sa.text("state = 'pending' AND subsidy_id IS NOT NULL"),
    )
    op.create_index(
        "uq_bnpl_hold_pending",
        "bnpl_hold",
        ["checkout_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('reserved', 'pending')"),
        sqlite_where=sa.text("state IN ('reserved', 'pending')"),
    )
    op.create_table(
        "bnpl_idempotency",
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=False),
        sa.Column("request_hash", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", document(), nullable=True),
        sa.Column("lease_until", instant(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "idempotency_key", name=op.f("pk_bnpl_idempotency")),
    )
    op.create_table(
        "bnpl_instalment",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("waived_minor", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("try_at", instant(), nullable=False),
        sa.Column("remind_at", instant(), nullable=True),
        sa.Column("attempt_id", sa.String(length=64), nullable=True),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_bnpl_instalment_number")),
        sa.CheckConstraint(
            "principal_minor >= 0 AND interest_minor >= 0 AND fee_minor >= 0 AND waived_minor >= 0 AND tries >= 0",
            name=op.f("ck_bnpl_instalment_never_negative"),
        ),
        sa.PrimaryKeyConstraint("shopper_id", "loan_id", "number", name=op.f("pk_bnpl_instalment")),
    )
    op.create_index("ix_bnpl_instalment_loan", "bnpl_instalment", ["loan_id", "number"], unique=False)
    op.create_index(
        "ix_bnpl_instalment_overdue",
        "bnpl_instalment",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'overdue'"),
        sqlite_where=sa.text("state = 'overdue'"),
    )
    op.create_index(
        "ix_bnpl_instalment_remind",
        "bnpl_instalment",
        ["remind_at"],
        unique=False,
        postgresql_where=sa.text("remind_at IS NOT NULL AND state IN ('scheduled', 'overdue')"),
        sqlite_where=sa.text("remind_at IS NOT NULL AND state IN ('scheduled', 'overdue')"),
    )
    op.create_index(
        "ix_bnpl_instalment_try",
        "bnpl_instalment",
        ["try_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('scheduled', 'overdue')"),
        sqlite_where=sa.text("state IN ('scheduled', 'overdue')"),
    )
    op.create_table(
        "bnpl_job",
        sa.Column("job_id", sa.String(length=96), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("payload", document(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("run_at", instant(), nullable=False),
        sa.Column("lease_until", instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_bnpl_job_never_negative")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_bnpl_job")),
    )
    op.create_index(
        "ix_bnpl_job_deliver",
        "bnpl_job",
        ["stream", "job_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'deliver' AND state <> 'done'"),
        sqlite_where=sa.text("kind = 'deliver' AND state <> 'done'"),
    )
    op.create_index(
        "ix_bnpl_job_ready",
        "bnpl_job",
        ["run_at", "job_id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
        sqlite_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_bnpl_job_state", "bnpl_job", ["state", "created_at"], unique=False)
    op.create_table(
        "bnpl_journal_entry",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("booked_at", instant(), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=True),
        sa.Column("provider_claim", sa.String(length=400), nullable=True),
        sa.Column("reverses", sa.String(length=64), nullable=True),
        sa.Column("details", document(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.CheckConstraint("lines >= 2", name=op.f("ck_bnpl_journal_entry_lines")),
        sa.PrimaryKeyConstraint("shopper_id", "entry_id", name=op.f("pk_bnpl_journal_entry")),
    )
    op.create_index(
        "ix_bnpl_journal_entry_loan",
        "bnpl_journal_entry",
        ["loan_id"],
        unique=False,
        postgresql_where=sa.text("loan_id IS NOT NULL"),
        sqlite_where=sa.text("loan_id IS NOT NULL"),
    )
    op.create_table(
        "bnpl_limit_change",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("limit_change_id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("from_minor", sa.BigInteger(), nullable=False),
        sa.Column("to_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=True),
        sa.Column("told_at", instant(), nullable=False),
        sa.Column("effective_at", instant(), nullable=True),
        sa.Column("expires_at", instant(), nullable=True),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("from_minor >= 0 AND to_minor >= 0", name=op.f("ck_bnpl_limit_change_never_negative")),
        sa.PrimaryKeyConstraint("shopper_id", "limit_change_id", name=op.f("pk_bnpl_limit_change")),
    )
    op.create_index(
        "ix_bnpl_limit_change_due",
        "bnpl_limit_change",
        ["effective_at"],
        unique=False,
        postgresql_where=sa.text("state = 'noticed'"),
        sqlite_where=sa.text("state = 'noticed'"),
    )
    op.create_index(
        "ix_bnpl_limit_change_lapsing",
        "bnpl_limit_change",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'offered'"),
        sqlite_where=sa.text("state = 'offered'"),
    )
    op.create_index(
        "uq_bnpl_limit_change_open",
        "bnpl_limit_change",
        ["shopper_id", "currency"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'noticed')"),
        sqlite_where=sa.text("state IN ('offered', 'noticed')"),
    )
    op.create_table(
        "bnpl_loan",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.Column("agreement_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=120), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("plan_code", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("interest_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("mdr_minor", sa.BigInteger(), nullable=False),
        sa.Column("outstanding_minor", sa.BigInteger(), nullable=False),
        sa.Column("funder_id", sa.String(length=64), nullable=True),
        sa.Column("funder_minor", sa.BigInteger(), nullable=False),
        sa.Column("subsidy_id", sa.String(length=64), nullable=True),
        sa.Column("subsidy_minor", sa.BigInteger(), nullable=False),
        sa.Column("limit_ids", sa.Text(), nullable=False),
        sa.Column("payment_method_id", sa.String(length=64), nullable=True),
        sa.Column("drawdown_on", sa.Date(), nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("down_payment_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("funder_minor <= outstanding_minor", name=op.f("ck_bnpl_loan_funder")),
        sa.CheckConstraint(
            "interest_minor >= 0 AND fee_minor >= 0 AND mdr_minor >= 0 AND outstanding_minor >= 0 AND funder_minor >= 0 AND subsidy_minor >= 0 AND down_payment_minor >= 0",
            name=op.f("ck_bnpl_loan_never_negative"),
        ),
        sa.CheckConstraint("outstanding_minor <= principal_minor", name=op.f("ck_bnpl_loan_outstanding")),
        sa.CheckConstraint("principal_minor > 0", name=op.f("ck_bnpl_loan_principal")),
        sa.PrimaryKeyConstraint("shopper_id", "loan_id", name=op.f("pk_bnpl_loan")),
    )
    op.create_index("ix_bnpl_loan_merchant", "bnpl_loan", ["merchant_id", "opened_at", "loan_id"], unique=False)
    op.create_index(
        "ix_bnpl_loan_subsidy",
        "bnpl_loan",
        ["subsidy_id"],
        unique=False,
        postgresql_where=sa.text("subsidy_id IS NOT NULL"),
        sqlite_where=sa.text("subsidy_id IS NOT NULL"),
    )
    op.create_index("ix_bnpl_loan_time", "bnpl_loan", ["opened_at", "loan_id"], unique=False)
    op.create_index("uq_bnpl_loan_checkout", "bnpl_loan", ["checkout_id"], unique=True)
    op.create_index("uq_bnpl_loan_id", "bnpl_loan", ["loan_id"], unique=True)
    op.create_table(
        "bnpl_loan_sale",
        sa.Column("loan_sale_id", sa.String(length=64), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("funder_id", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("target_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_bps", sa.Integer(), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("selection", document(), nullable=False),
        sa.Column("loans", sa.Integer(), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint(
            "target_minor >= 0 AND price_bps >= 0 AND loans >= 0 AND principal_minor >= 0 AND price_minor >= 0",
            name=op.f("ck_bnpl_loan_sale_never_negative"),
        ),
        sa.PrimaryKeyConstraint("loan_sale_id", name=op.f("pk_bnpl_loan_sale")),
    )
    op.create_index("ix_bnpl_loan_sale_funder", "bnpl_loan_sale", ["funder_id"], unique=False)
    op.create_table(
        "bnpl_loan_sale_item",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("loan_sale_id", sa.String(length=64), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=False),
        sa.Column("principal_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("moved_at", instant(), nullable=False),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_bnpl_loan_sale_item_never_negative")),
        sa.CheckConstraint("principal_minor > 0", name=op.f("ck_bnpl_loan_sale_item_principal")),
        sa.PrimaryKeyConstraint("shopper_id", "loan_sale_id", "loan_id", name=op.f("pk_bnpl_loan_sale_item")),
    )
    op.create_index("ix_bnpl_loan_sale_item_sale", "bnpl_loan_sale_item", ["loan_sale_id"], unique=False)
    op.create_table(
        "bnpl_merchant",
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mdr_bps", sa.Integer(), nullable=False),
        sa.Column("webhook_url", sa.Text(), nullable=True),
        sa.Column("webhook_secret", sa.Text(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint("mdr_bps BETWEEN 0 AND 10000", name=op.f("ck_bnpl_merchant_mdr_bps")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_bnpl_merchant")),
    )
    op.create_table(
        "bnpl_order_claim",
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=120), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "order_ref", name=op.f("pk_bnpl_order_claim")),
    )
    op.create_table(
        "bnpl_pass",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("pass_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rating", sa.String(length=64), nullable=False),
        sa.Column("limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("details", document(), nullable=False),
        sa.Column("issued_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("limit_minor >= 0", name=op.f("ck_bnpl_pass_never_negative")),
        sa.PrimaryKeyConstraint("shopper_id", "pass_id", name=op.f("pk_bnpl_pass")),
    )
    op.create_index(
        "uq_bnpl_pass_valid",
        "bnpl_pass",
        ["shopper_id"],
        unique=True,
        postgresql_where=sa.text("state = 'valid'"),
        sqlite_where=sa.text("state = 'valid'"),
    )
    op.create_table(
        "bnpl_payment_method",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("payment_method_id", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("customer_ref", sa.String(length=255), nullable=True),
        sa.Column("method_ref", sa.String(length=255), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("mandate", document(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("shopper_id", "payment_method_id", name=op.f("pk_bnpl_payment_method")),
    )
    op.create_table(
        "bnpl_person",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("phone_hash", sa.String(length=128), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("shopper_id", name=op.f("pk_bnpl_person")),
    )
    op.create_index("uq_bnpl_person_phone", "bnpl_person", ["phone_hash"], unique=True)
    op.create_table(
        "bnpl_phone_code",
        sa.Column("phone_code_id", sa.String(length=64), nullable=False),
        sa.Column("purpose_ref", sa.String(length=120), nullable=False),
        sa.Column("phone_hash", sa.String(length=128), nullable=False),
        sa.Column("sealed_phone", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=128), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("used_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("phone_code_id", name=op.f("pk_bnpl_phone_code")),
    )
    op.create_index("ix_bnpl_phone_code_phone", "bnpl_phone_code", ["phone_hash", "created_at"], unique=False)
    op.create_index("ix_bnpl_phone_code_purpose", "bnpl_phone_code", ["purpose_ref", "created_at"], unique=False)
    op.create_table(
        "bnpl_policy_version",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("share_bps", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", document(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("share_bps BETWEEN 0 AND 10000", name=op.f("ck_bnpl_policy_version_share_bps")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_bnpl_policy_version")),
    )
    op.create_index(
        "ix_bnpl_policy_version_role",
        "bnpl_policy_version",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state IN ('champion', 'challenger')"),
        sqlite_where=sa.text("state IN ('champion', 'challenger')"),
    )
    op.create_index(
        "uq_bnpl_policy_version_challenger",
        "bnpl_policy_version",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'challenger'"),
        sqlite_where=sa.text("state = 'challenger'"),
    )
    op.create_table(
        "bnpl_prequalification",
        sa.Column("prequalification_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=False),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("shopper_id", sa.String(length=64), nullable=True),
        sa.Column("decision_id", sa.String(length=64), nullable=True),
        sa.Column("up_to_minor", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint(
            "asked_minor >= 0 AND up_to_minor >= 0", name=op.f("ck_bnpl_prequalification_never_negative")
        ),
        sa.PrimaryKeyConstraint("prequalification_id", name=op.f("pk_bnpl_prequalification")),
    )
    op.create_table(
        "bnpl_provider_claim",
        sa.Column("claim", sa.String(length=400), nullable=False),
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("claim", name=op.f("pk_bnpl_provider_claim")),
    )
    op.create_table(
        "bnpl_provider_event",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("provider_ref", sa.String(length=255), nullable=True),
        sa.Column("body", document(), nullable=False),
        sa.Column("received_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "event_id", name=op.f("pk_bnpl_provider_event")),
    )
    op.create_table(
        "bnpl_remittance",
        sa.Column("funder_id", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("bank_ref", sa.String(length=120), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("remitted_at", instant(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bnpl_remittance_amount")),
        sa.PrimaryKeyConstraint("funder_id", "currency", "number", name=op.f("pk_bnpl_remittance")),
    )
    op.create_table(
        "bnpl_review",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("review_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("new_decision_id", sa.String(length=64), nullable=True),
        sa.Column("sealed_statement", sa.Text(), nullable=True),
        sa.Column("operator", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("proposal", document(), nullable=True),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("overdue_at", instant(), nullable=True),
        sa.Column("closed_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("shopper_id", "review_id", name=op.f("pk_bnpl_review")),
    )
    op.create_index("ix_bnpl_review_id", "bnpl_review", ["review_id"], unique=False)
    op.create_index(
        "ix_bnpl_review_open",
        "bnpl_review",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )
    op.create_index("uq_bnpl_review_decision", "bnpl_review", ["shopper_id", "decision_id"], unique=True)
    op.create_table(
        "bnpl_sale",
        sa.Column("sale_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("fairness", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pool_id", sa.String(length=64), nullable=False),
        sa.Column("plan_codes", document(), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("top_up_minor", sa.BigInteger(), nullable=False),
        sa.Column("hold_seconds", sa.Integer(), nullable=False),
        sa.Column("ceiling_seconds", sa.Integer(), nullable=False),
        sa.Column("shards", sa.Integer(), nullable=False),
        sa.Column("per_device", sa.Integer(), nullable=False),
        sa.Column("seed_hash", sa.String(length=64), nullable=True),
        sa.Column("sealed_seed", sa.Text(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint(
            "ceiling_minor >= 0 AND used_minor >= 0 AND top_up_minor >= 0", name=op.f("ck_bnpl_sale_never_negative")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_bnpl_sale_span")),
        sa.CheckConstraint("used_minor <= ceiling_minor", name=op.f("ck_bnpl_sale_allotment")),
        sa.PrimaryKeyConstraint("sale_id", name=op.f("pk_bnpl_sale")),
    )
    op.create_index(
        "ix_bnpl_sale_live",
        "bnpl_sale",
        ["starts_at"],
        unique=False,
        postgresql_where=sa.text("state <> 'closed'"),
        sqlite_where=sa.text("state <> 'closed'"),
    )
    op.create_index("ix_bnpl_sale_merchant", "bnpl_sale", ["merchant_id"], unique=False)
    op.create_table(
        "bnpl_sale_change",
        sa.Column("sale_id", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("sale_item_id", sa.String(length=64), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.CheckConstraint("units >= 0 AND minor >= 0", name=op.f("ck_bnpl_sale_change_never_negative")),
        sa.PrimaryKeyConstraint("sale_id", "ref", name=op.f("pk_bnpl_sale_change")),
    )
    op.create_index(
        "ix_bnpl_sale_change_untold",
        "bnpl_sale_change",
        ["sale_id"],
        unique=False,
        postgresql_where=sa.text("state = 'decided'"),
        sqlite_where=sa.text("state = 'decided'"),
    )
    op.create_table(
        "bnpl_sale_claim",
        sa.Column("sale_item_id", sa.String(length=64), nullable=False),
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_bnpl_sale_claim_never_negative")),
        sa.PrimaryKeyConstraint("sale_item_id", "shopper_id", name=op.f("pk_bnpl_sale_claim")),
    )
    op.create_table(
        "bnpl_sale_draw",
        sa.Column("sale_item_id", sa.String(length=64), nullable=False),
        sa.Column("sale_id", sa.String(length=64), nullable=False),
        sa.Column("entries", document(), nullable=False),
        sa.Column("drawn_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("sale_item_id", name=op.f("pk_bnpl_sale_draw")),
    )
    op.create_table(
        "bnpl_sale_item",
        sa.Column("sale_item_id", sa.String(length=64), nullable=False),
        sa.Column("sale_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=120), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_units", sa.Integer(), nullable=False),
        sa.Column("free_units", sa.Integer(), nullable=False),
        sa.Column("held_units", sa.Integer(), nullable=False),
        sa.Column("sold_units", sa.Integer(), nullable=False),
        sa.Column("returned_units", sa.Integer(), nullable=False),
        sa.Column("units_per_shopper", sa.Integer(), nullable=False),
        sa.Column("line_limit", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.CheckConstraint(
            "free_units + held_units + sold_units + returned_units = total_units", name=op.f("ck_bnpl_sale_item_sum")
        ),
        sa.CheckConstraint(
            "free_units >= 0 AND held_units >= 0 AND sold_units >= 0 AND returned_units >= 0 AND price_minor >= 0 AND line_limit >= 0",
            name=op.f("ck_bnpl_sale_item_never_negative"),
        ),
        sa.CheckConstraint("units_per_shopper > 0", name=op.f("ck_bnpl_sale_item_allowance")),
        sa.PrimaryKeyConstraint("sale_item_id", name=op.f("pk_bnpl_sale_item")),
    )
    op.create_index("ix_bnpl_sale_item_merchant", "bnpl_sale_item", ["merchant_id"], unique=False)
    op.create_index("uq_bnpl_sale_item_place", "bnpl_sale_item", ["sale_id", "place"], unique=True)
    op.create_table(
        "bnpl_subsidy",
        sa.Column("subsidy_id", sa.String(length=64), nullable=False),
        sa.Column("merchant_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("ceiling_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("warn_bps", sa.Integer(), nullable=False),
        sa.Column("terms", document(), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("warned_at", instant(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("ceiling_minor >= 0 AND used_minor >= 0", name=op.f("ck_bnpl_subsidy_never_negative")),
        sa.CheckConstraint("used_minor <= ceiling_minor", name=op.f("ck_bnpl_subsidy_within_ceiling")),
        sa.CheckConstraint("warn_bps BETWEEN 0 AND 10000", name=op.f("ck_bnpl_subsidy_warn_bps")),
        sa.PrimaryKeyConstraint("subsidy_id", name=op.f("pk_bnpl_subsidy")),
    )
    op.create_index(
        "ix_bnpl_subsidy_active",
        "bnpl_subsidy",
        ["country", "currency"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index("ix_bnpl_subsidy_merchant", "bnpl_subsidy", ["merchant_id"], unique=False)
    op.create_table(
        "bnpl_subsidy_part",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("loan_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("part_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_bnpl_subsidy_part_number")),
        sa.CheckConstraint("part_minor > 0", name=op.f("ck_bnpl_subsidy_part_part")),
        sa.PrimaryKeyConstraint("shopper_id", "loan_id", "number", name=op.f("pk_bnpl_subsidy_part")),
    )
    op.create_index(
        "ix_bnpl_subsidy_part_due",
        "bnpl_subsidy_part",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'unearned'"),
        sqlite_where=sa.text("state = 'unearned'"),
    )
    op.create_table(
        "bnpl_posting",
        sa.Column("shopper_id", sa.String(length=64), nullable=False),
        sa.Column("entry_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bnpl_posting_amount")),
        sa.CheckConstraint("line > 0", name=op.f("ck_bnpl_posting_line")),
        sa.ForeignKeyConstraint(
            ["shopper_id", "entry_id"],
            ["bnpl_journal_entry.shopper_id", "bnpl_journal_entry.entry_id"],
            name=op.f("fk_bnpl_posting_bnpl_journal_entry"),
            initially="DEFERRED",
            deferrable=True,
        ).ddl_if(dialect="sqlite"),
        sa.PrimaryKeyConstraint("shopper_id", "entry_id", "line", name=op.f("pk_bnpl_posting")),
    )
