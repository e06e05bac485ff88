"""One frozen record for each table.

The field names are the column names, and storage derives its tables' rows from them.

Units last in a name: ``_minor`` ISO 4217 minor units, ``_bps`` hundredths of a percent, ``_at`` an aware UTC instant,
``_on`` a calendar date in the shopper's time zone. Records of a shopper carry ``shopper_id`` first, the first column
of their key.

For: the shapes that the store writes and reads. May import: nothing of ours. Must never: decide anything.
Add a file here: a group of records that change for one reason; its tables follow in ``storage.schema``.
"""

from __future__ import annotations

from bnpl_plugin.ports.records.capital import (
    Borrowing,
    CapitalLimit,
    CapitalPool,
    CoLending,
    Funder,
    LoanSale,
    LoanSaleItem,
    Remittance,
    Subsidy,
    SubsidyPart,
)
from bnpl_plugin.ports.records.credit import (
    CreditLine,
    Decision,
    Enquiry,
    LimitChange,
    Pass,
    PolicyVersion,
    Prequalification,
    Review,
)
from bnpl_plugin.ports.records.flow import (
    Idempotency,
    Job,
    ProviderEvent,
)
from bnpl_plugin.ports.records.purchases import (
    Attempt,
    Checkout,
    Hold,
    InstalmentRow,
    Loan,
)
from bnpl_plugin.ports.records.record import (
    Json,
    Record,
)
from bnpl_plugin.ports.records.sales import (
    Sale,
    SaleChange,
    SaleClaim,
    SaleDraw,
    SaleItem,
)
from bnpl_plugin.ports.records.shoppers import (
    Agreement,
    Disclosure,
    PaymentMethod,
    Person,
    PhoneCode,
)
from bnpl_plugin.ports.records.shops import (
    ApiKey,
    Merchant,
    OrderClaim,
)

__all__ = [
    "Agreement",
    "ApiKey",
    "Attempt",
    "Borrowing",
    "CapitalLimit",
    "CapitalPool",
    "Checkout",
    "CoLending",
    "CreditLine",
    "Decision",
    "Disclosure",
    "Enquiry",
    "Funder",
    "Hold",
    "Idempotency",
    "InstalmentRow",
    "Job",
    "Json",
    "LimitChange",
    "Loan",
    "LoanSale",
    "LoanSaleItem",
    "Merchant",
    "OrderClaim",
    "Pass",
    "PaymentMethod",
    "Person",
    "PhoneCode",
    "PolicyVersion",
    "Prequalification",
    "ProviderEvent",
    "Record",
    "Remittance",
    "Review",
    "Sale",
    "SaleChange",
    "SaleClaim",
    "SaleDraw",
    "SaleItem",
    "Subsidy",
    "SubsidyPart",
]
