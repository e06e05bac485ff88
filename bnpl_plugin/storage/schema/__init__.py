"""The tables of the house, on a ``MetaData`` of its own with the prefix ``bnpl_``.

For: one ``Table`` per record of ``ports.records`` (columns in the record's order), and the tables without a record
(events, ledger).
May import: sqlalchemy and ``ports``.
Must never: reference a host's table; read or write a row.
Add a file here: a group of tables that change for one reason; import it below, give each record's table to ``RECORDS``,
then regenerate the newest unreleased migration (``python -m bnpl_plugin.storage.migrations.generate``).
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bnpl_plugin.ports import records
from bnpl_plugin.storage.schema import books, capital, credit, flow, purchases, sales, shoppers, shops
from bnpl_plugin.storage.schema.metadata import PREFIX, metadata

__all__ = [
    "PREFIX",
    "RECORDS",
    "books",
    "capital",
    "credit",
    "flow",
    "metadata",
    "purchases",
    "record_table",
    "sales",
    "shoppers",
    "shops",
]

#: Every record by the name of its table, in the order in which rows are inserted.
RECORDS: Mapping[str, type[records.Record]] = {
    record.table: record
    for record in (
        records.Merchant,
        records.ApiKey,
        records.Checkout,
        records.Hold,
        records.Attempt,
        records.Loan,
        records.InstalmentRow,
        records.OrderClaim,
        records.Person,
        records.PhoneCode,
        records.PolicyVersion,
        records.Enquiry,
        records.Decision,
        records.Review,
        records.Pass,
        records.Prequalification,
        records.LimitChange,
        records.Disclosure,
        records.Agreement,
        records.PaymentMethod,
        records.ProviderEvent,
        records.Idempotency,
        records.Job,
        records.CreditLine,
        records.SaleItem,
        records.SaleChange,
        records.SaleDraw,
        records.SaleClaim,
        records.Funder,
        records.Borrowing,
        records.CoLending,
        records.LoanSale,
        records.LoanSaleItem,
        records.Remittance,
        records.Subsidy,
        records.Sale,
        records.SubsidyPart,
        records.CapitalLimit,
        records.CapitalPool,
    )
}


def record_table(name: str) -> sa.Table:
    """Return the table of a record by its name without the prefix. Raises ``KeyError``."""
    return metadata.tables[PREFIX + name]
