"""Tables of the ledger: append-only, balanced by the database itself (``guards``)."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.storage.schema.columns import at, count, document, ident, index_where, minor, money_code, on
from bnpl_plugin.storage.schema.metadata import table

#: ``lines`` is the number of postings: an entry can be neither short of one nor given another later.
journal_entry = table(
    "journal_entry",
    ident("shopper_id"),
    ident("entry_id"),
    ident("kind"),
    on("value_date"),
    at("booked_at"),
    ident("loan_id", null=True),
    ident("provider_claim", null=True, length=400),
    ident("reverses", null=True),
    document("details"),
    count("lines"),
    sa.CheckConstraint("lines >= 2", name="lines"),
    index_where("ix_bnpl_journal_entry_loan", "loan_id", where="loan_id IS NOT NULL"),
    key=("shopper_id", "entry_id"),
)

posting = table(
    "posting",
    ident("shopper_id"),
    ident("entry_id"),
    count("line"),
    ident("account"),
    ident("owner", length=120),
    minor("amount_minor"),
    money_code(),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
    sa.CheckConstraint("line > 0", name="line"),
    sa.ForeignKeyConstraint(
        ["shopper_id", "entry_id"],
        ["bnpl_journal_entry.shopper_id", "bnpl_journal_entry.entry_id"],
        deferrable=True,
        initially="DEFERRED",
    ).ddl_if(dialect="sqlite"),
    key=("shopper_id", "entry_id", "line"),
)

#: Uniqueness of each provider charge, refund, dispute and payout over all shoppers (P7).
provider_claim = table(
    "provider_claim",
    ident("claim", length=400),
    ident("shopper_id"),
    ident("entry_id"),
    key=("claim",),
)
