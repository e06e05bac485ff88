"""Tables of the lender's money: pools, what bounds them, who refinances them, who pays for cheaper credit."""

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

capital_pool = table(
    "capital_pool",
    ident("pool_id"),
    ident("country", length=2),
    money_code(),
    minor("available_minor"),
    minor("held_minor"),
    minor("outstanding_minor"),
    count("terms_version"),
    at("changed_at"),
    never_negative("available_minor", "held_minor", "outstanding_minor", "terms_version"),
    sa.CheckConstraint("held_minor + outstanding_minor <= available_minor", name="within_available"),
    sa.Index("uq_bnpl_capital_pool_currency", "currency", "country", unique=True),
    key=records.CapitalPool.key,
)

capital_limit = table(
    "capital_limit",
    ident("limit_id"),
    ident("pool_id"),
    ident("scope"),
    ident("subject", length=120),
    ident("state"),
    minor("ceiling_minor"),
    minor("used_minor"),
    at("created_at"),
    at("changed_at"),
    never_negative("ceiling_minor", "used_minor"),
    sa.Index("ix_bnpl_capital_limit_pool", "pool_id"),
    index_where("uq_bnpl_capital_limit_active", "pool_id", "scope", "subject", where="state = 'active'", unique=True),
    key=records.CapitalLimit.key,
)

funder = table(
    "funder",
    ident("funder_id"),
    words("name"),
    count("servicing_bps"),
    at("created_at"),
    sa.CheckConstraint("servicing_bps BETWEEN 0 AND 10000", name="servicing_bps"),
    key=records.Funder.key,
)

borrowing = table(
    "borrowing",
    ident("borrowing_id"),
    ident("pool_id"),
    ident("funder_id"),
    ident("kind"),
    ident("state"),
    money_code(),
    minor("principal_minor"),
    minor("outstanding_minor"),
    count("nominal_rate_bps"),
    minor("interest_minor"),
    on("accrued_to"),
    on("due_on"),
    at("taken_at"),
    at("changed_at"),
    never_negative("outstanding_minor", "nominal_rate_bps", "interest_minor"),
    sa.CheckConstraint("outstanding_minor <= principal_minor", name="outstanding"),
    sa.Index("ix_bnpl_borrowing_pool", "pool_id"),
    key=records.Borrowing.key,
)

co_lending = table(
    "co_lending",
    ident("co_lending_id"),
    ident("funder_id"),
    ident("pool_id"),
    document("plan_codes"),
    count("share_bps"),
    ident("state"),
    at("starts_at"),
    at("ends_at"),
    at("changed_at"),
    sa.CheckConstraint("share_bps BETWEEN 1 AND 9999", name="share_bps"),
    sa.Index("ix_bnpl_co_lending_pool", "pool_id"),
    key=records.CoLending.key,
)

loan_sale = table(
    "loan_sale",
    ident("loan_sale_id"),
    ident("pool_id"),
    ident("funder_id"),
    ident("direction"),
    ident("state"),
    money_code(),
    minor("target_minor"),
    count("price_bps"),
    on("value_on"),
    document("selection"),
    count("loans"),
    minor("principal_minor"),
    minor("price_minor"),
    at("created_at"),
    at("changed_at"),
    never_negative("target_minor", "price_bps", "loans", "principal_minor", "price_minor"),
    sa.Index("ix_bnpl_loan_sale_funder", "funder_id"),
    key=records.LoanSale.key,
)

loan_sale_item = table(
    "loan_sale_item",
    ident("shopper_id"),
    ident("loan_sale_id"),
    ident("loan_id"),
    minor("principal_minor"),
    minor("price_minor"),
    at("moved_at"),
    sa.CheckConstraint("principal_minor > 0", name="principal"),
    never_negative("price_minor"),
    sa.Index("ix_bnpl_loan_sale_item_sale", "loan_sale_id"),
    key=records.LoanSaleItem.key,
)

remittance = table(
    "remittance",
    ident("funder_id"),
    money_code(),
    count("number"),
    minor("amount_minor"),
    ident("bank_ref", length=120),
    ident("entry_id"),
    at("remitted_at"),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
    key=records.Remittance.key,
)

subsidy = table(
    "subsidy",
    ident("subsidy_id"),
    ident("merchant_id"),
    words("name"),
    ident("country", length=2),
    money_code(),
    ident("state"),
    minor("ceiling_minor"),
    minor("used_minor"),
    count("warn_bps"),
    document("terms"),
    at("starts_at"),
    at("ends_at"),
    at("warned_at", null=True),
    at("created_at"),
    at("changed_at"),
    never_negative("ceiling_minor", "used_minor"),
    sa.CheckConstraint("used_minor <= ceiling_minor", name="within_ceiling"),
    sa.CheckConstraint("warn_bps BETWEEN 0 AND 10000", name="warn_bps"),
    sa.Index("ix_bnpl_subsidy_merchant", "merchant_id"),
    index_where("ix_bnpl_subsidy_active", "country", "currency", where="state = 'active'"),
    key=records.Subsidy.key,
)

subsidy_part = table(
    "subsidy_part",
    ident("shopper_id"),
    ident("loan_id"),
    count("number"),
    ident("state"),
    money_code(),
    minor("part_minor"),
    on("due_on"),
    at("due_at"),
    at("changed_at"),
    sa.CheckConstraint("part_minor > 0", name="part"),
    sa.CheckConstraint("number > 0", name="number"),
    index_where("ix_bnpl_subsidy_part_due", "due_at", where="state = 'unearned'"),
    key=records.SubsidyPart.key,
)
