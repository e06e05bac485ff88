"""Tables of one purchase: its checkout, hold, payment attempts, loan and instalments.

The partial unique indexes stand behind the state tables: whatever code does, two attempts are never in flight for one
loan.
"""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema.columns import (
    at,
    count,
    document,
    ident,
    index_where,
    minor,
    money_code,
    never_negative,
    on,
    words,
)
from bnpl_plugin.storage.schema.metadata import table

#: States in which an attempt's outcome is still to come.
IN_FLIGHT = ("created", "sent", "pending", "unknown")
#: States from which a checkout can still expire.
EXPIRABLE = ("opened", "referred", "approved", "held", "signed")
#: States in which an instalment can be charged.
CHARGEABLE = ("scheduled", "overdue")


def states(names: tuple[str, ...]) -> str:
    """Return the SQL condition that ``state`` is one of the names."""
    return "state IN (" + ", ".join(f"'{name}'" for name in names) + ")"


checkout = table(
    "checkout",
    ident("checkout_id"),
    ident("merchant_id"),
    ident("order_ref", length=120),
    ident("channel"),
    ident("state"),
    ident("country", length=2),
    ident("time_zone"),
    ident("locale", length=35),
    money_code(),
    minor("total_minor"),
    document("cart"),
    ident("cart_fingerprint"),
    ident("sale_item_id", null=True),
    count("units"),
    words("return_url"),
    words("cancel_url"),
    ident("shopper_id", null=True),
    document("offer", null=True),
    ident("decision_id", null=True),
    ident("hold_id", null=True),
    ident("agreement_id", null=True),
    ident("attempt_id", null=True),
    ident("loan_id", null=True),
    words("reason", null=True),
    at("opened_at"),
    at("expires_at"),
    at("changed_at"),
    ident("device", null=True),
    sa.CheckConstraint("total_minor > 0", name="total"),
    never_negative("units"),
    sa.Index("ix_bnpl_checkout_order", "merchant_id", "order_ref"),
    sa.Index("ix_bnpl_checkout_time", "merchant_id", "opened_at", "checkout_id"),
    index_where("ix_bnpl_checkout_device", "device", where="device IS NOT NULL"),
    index_where("ix_bnpl_checkout_expiry", "expires_at", where=states(EXPIRABLE)),
    key=records.Checkout.key,
)

hold = table(
    "hold",
    ident("shopper_id"),
    ident("hold_id"),
    ident("checkout_id"),
    ident("state"),
    money_code(),
    minor("principal_minor"),
    ident("pool_id"),
    ident("sale_item_id", null=True),
    count("units"),
    ident("funder_id", null=True),
    minor("funder_minor"),
    ident("subsidy_id", null=True),
    minor("subsidy_minor"),
    words("limit_ids"),
    at("created_at"),
    at("expires_at"),
    at("ceiling_at"),
    minor("down_payment_minor"),
    ident("sale_id", null=True),
    sa.CheckConstraint("principal_minor > 0", name="principal"),
    sa.CheckConstraint("funder_minor <= principal_minor", name="funder"),
    never_negative("units", "funder_minor", "subsidy_minor", "down_payment_minor"),
    index_where("ix_bnpl_hold_expiry", "expires_at", where="state = 'pending'"),
    index_where("ix_bnpl_hold_subsidy", "subsidy_id", where="state = 'pending' AND subsidy_id IS NOT NULL"),
    index_where("uq_bnpl_hold_pending", "checkout_id", where="state IN ('reserved', 'pending')", unique=True),
    index_where("ix_bnpl_hold_reserved", "sale_item_id", "hold_id", where="state = 'reserved'"),
    index_where("ix_bnpl_hold_sale", "sale_id", "state", where="sale_id IS NOT NULL"),
    key=records.Hold.key,
)

attempt = table(
    "attempt",
    ident("shopper_id"),
    ident("attempt_id"),
    ident("checkout_id"),
    ident("loan_id", null=True),
    ident("parent_id", null=True),
    ident("purpose"),
    ident("provider"),
    ident("state"),
    money_code(),
    minor("amount_minor"),
    ident("idempotency_key", length=255),
    ident("provider_ref", null=True, length=255),
    ident("customer_ref", null=True, length=255),
    ident("method_ref", null=True, length=255),
    ident("decline_code", null=True),
    document("next_action", null=True),
    document("details"),
    count("tries"),
    at("created_at"),
    at("check_at", null=True),
    at("changed_at"),
    never_negative("amount_minor", "tries"),
    sa.Index("uq_bnpl_attempt_id", "attempt_id", unique=True),
    sa.Index("ix_bnpl_attempt_checkout", "checkout_id"),
    sa.Index("ix_bnpl_attempt_loan", "loan_id"),
    sa.Index("ix_bnpl_attempt_ref", "provider", "provider_ref"),
    index_where("ix_bnpl_attempt_check", "check_at", where="check_at IS NOT NULL"),
    index_where(
        "uq_bnpl_attempt_loan_in_flight", "loan_id", where=f"purpose <> 'refund' AND {states(IN_FLIGHT)}", unique=True
    ),
    index_where(
        "uq_bnpl_attempt_refund_in_flight",
        "parent_id",
        where=f"purpose = 'refund' AND {states(IN_FLIGHT)}",
        unique=True,
    ),
    index_where(
        "uq_bnpl_attempt_checkout_in_flight",
        "checkout_id",
        where=f"purpose IN ('first', 'setup') AND {states(IN_FLIGHT)}",
        unique=True,
    ),
    key=records.Attempt.key,
)

loan = table(
    "loan",
    ident("shopper_id"),
    ident("loan_id"),
    ident("checkout_id"),
    ident("agreement_id"),
    ident("merchant_id"),
    ident("order_ref", length=120),
    ident("pool_id"),
    ident("state"),
    ident("plan_code"),
    ident("country", length=2),
    ident("time_zone"),
    money_code(),
    minor("principal_minor"),
    minor("interest_minor"),
    minor("fee_minor"),
    minor("mdr_minor"),
    minor("outstanding_minor"),
    ident("funder_id", null=True),
    minor("funder_minor"),
    ident("subsidy_id", null=True),
    minor("subsidy_minor"),
    words("limit_ids"),
    ident("payment_method_id", null=True),
    on("drawdown_on"),
    at("opened_at"),
    at("changed_at"),
    minor("down_payment_minor"),
    sa.CheckConstraint("principal_minor > 0", name="principal"),
    sa.CheckConstraint("outstanding_minor <= principal_minor", name="outstanding"),
    sa.CheckConstraint("funder_minor <= outstanding_minor", name="funder"),
    never_negative(
        "interest_minor",
        "fee_minor",
        "mdr_minor",
        "outstanding_minor",
        "funder_minor",
        "subsidy_minor",
        "down_payment_minor",
    ),
    sa.Index("uq_bnpl_loan_id", "loan_id", unique=True),
    sa.Index("uq_bnpl_loan_checkout", "checkout_id", unique=True),
    sa.Index("ix_bnpl_loan_time", "opened_at", "loan_id"),
    index_where("ix_bnpl_loan_subsidy", "subsidy_id", where="subsidy_id IS NOT NULL"),
    sa.Index("ix_bnpl_loan_merchant", "merchant_id", "opened_at", "loan_id"),
    key=records.Loan.key,
)

instalment = table(
    "instalment",
    ident("shopper_id"),
    ident("loan_id"),
    count("number"),
    ident("state"),
    on("due_on"),
    at("due_at"),
    minor("principal_minor"),
    minor("interest_minor"),
    minor("fee_minor"),
    minor("waived_minor"),
    count("tries"),
    at("try_at"),
    at("remind_at", null=True),
    ident("attempt_id", null=True),
    at("changed_at"),
    sa.CheckConstraint("number > 0", name="number"),
    never_negative("principal_minor", "interest_minor", "fee_minor", "waived_minor", "tries"),
    sa.Index("ix_bnpl_instalment_loan", "loan_id", "number"),
    index_where("ix_bnpl_instalment_overdue", "due_at", where="state = 'overdue'"),
    index_where("ix_bnpl_instalment_try", "try_at", where=states(CHARGEABLE)),
    index_where("ix_bnpl_instalment_remind", "remind_at", where=f"remind_at IS NOT NULL AND {states(CHARGEABLE)}"),
    key=records.InstalmentRow.key,
)
