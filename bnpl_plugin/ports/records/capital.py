"""Records of the lender's money: pools, what bounds them, who refinances them, who pays for cheaper credit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class CapitalPool(Record, table="capital_pool", key=("pool_id",)):
    """The lender's money for one currency and country: ``outstanding_minor + held_minor <= available_minor``.

    ``country`` is "" for a pool that lends wherever no other pool of its currency does. ``available_minor`` is what the
    owners and lenders of money made available; ``outstanding_minor`` is our own part of what shoppers owe (what a
    funder owns of a loan is not in it). ``terms_version`` rises with every concentration limit, co-lending or borrowing
    that is set or ended: what was decided by older terms is refused in the write.
    """

    pool_id: str
    country: str
    currency: str
    available_minor: int
    held_minor: int
    outstanding_minor: int
    terms_version: int
    changed_at: datetime

    @property
    def free_minor(self) -> int:
        """What may still be held or lent."""
        return self.available_minor - self.held_minor - self.outstanding_minor


@dataclass(frozen=True, slots=True)
class CapitalLimit(Record, table="capital_limit", key=("limit_id",)):
    """A concentration limit: what is held and lent of a pool for one subject stays within a ceiling.

    ``scope`` is "sale", "merchant", "plan" or "cohort", ``subject`` the sale item's id, the merchant's id, the plan's
    code or the rating. Holds and loans that count name the limit in their ``limit_ids``. It may be set below what is
    there already: then nothing new is let in until that has fallen. Once ended it counts on and binds no more.
    """

    limit_id: str
    pool_id: str
    scope: str
    subject: str
    state: str  # "active", "ended"
    ceiling_minor: int
    used_minor: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Funder(Record, table="funder", key=("funder_id",)):
    """Who refinances us: lends money to a pool, takes a share of new loans, or buys loans."""

    funder_id: str
    name: str
    servicing_bps: int  # what we keep of the interest on its part, for servicing
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Borrowing(Record, table="borrowing", key=("borrowing_id",)):
    """Money that a funder lends to a pool; ``kind`` is the class that a law's ceiling on leverage counts.

    ``interest_minor`` is what has accrued up to ``accrued_to`` and is not yet paid.
    """

    borrowing_id: str
    pool_id: str
    funder_id: str
    kind: str  # "non_standard", "standardised"
    state: str  # "open", "repaid"
    currency: str
    principal_minor: int
    outstanding_minor: int
    nominal_rate_bps: int
    interest_minor: int
    accrued_to: date
    due_on: date
    taken_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CoLending(Record, table="co_lending", key=("co_lending_id",)):
    """A funder takes ``share_bps`` of the principal of each new loan of these plans (all when empty) from a pool."""

    co_lending_id: str
    funder_id: str
    pool_id: str
    plan_codes: Json  # {"codes": [...]}
    share_bps: int
    state: str  # "active", "ended"
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class LoanSale(Record, table="loan_sale", key=("loan_sale_id",)):
    """Our own parts of loans sold to a funder, or the funder's bought back, in batches; the sums are those so far.

    ``target_minor`` bounds the principal that moves, 0: no bound. ``selection`` holds the loans asked for
    (``loan_ids``, none: the oldest first) and the place up to which they were gone through (``after``).
    """

    loan_sale_id: str
    pool_id: str
    funder_id: str
    direction: str  # "sell", "buy_back"
    state: str  # "open", "done"
    currency: str
    target_minor: int
    price_bps: int  # of the principal: 10000 is at par
    value_on: date
    selection: Json
    loans: int
    principal_minor: int
    price_minor: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class LoanSaleItem(Record, table="loan_sale_item", key=("shopper_id", "loan_sale_id", "loan_id")):
    """One loan of a sale or buy-back: the principal that changed hands and its price."""

    shopper_id: str
    loan_sale_id: str
    loan_id: str
    principal_minor: int
    price_minor: int
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class Remittance(Record, table="remittance", key=("funder_id", "currency", "number")):
    """What was paid over to a funder (above 0) or received from it (below 0); numbered, so that none is made twice."""

    funder_id: str
    currency: str
    number: int
    amount_minor: int
    bank_ref: str
    entry_id: str
    remitted_at: datetime


@dataclass(frozen=True, slots=True)
class Subsidy(Record, table="subsidy", key=("subsidy_id",)):
    """A budget with which a merchant or the maker pays for cheaper credit: ``used_minor <= ceiling_minor``.

    ``terms`` holds what does not change once it runs: plan codes, the nominal rate that the shopper pays, the lowest
    and highest price in minor units, the shops it applies to, recipients of warnings (``lifecycle.subsidies.terms``).
    ``merchant_id`` is who pays.
    """

    subsidy_id: str
    merchant_id: str
    name: str
    country: str
    currency: str
    state: str  # "active", "stopped", "ended"
    ceiling_minor: int
    used_minor: int
    warn_bps: int
    terms: Json
    starts_at: datetime
    ends_at: datetime
    warned_at: datetime | None
    created_at: datetime
    changed_at: datetime

    @property
    def free_minor(self) -> int:
        """What may still be held or granted."""
        return self.ceiling_minor - self.used_minor


@dataclass(frozen=True, slots=True)
class SubsidyPart(Record, table="subsidy_part", key=("shopper_id", "loan_id", "number")):
    """What a subsidy pays for one span of a loan's life: earned on the instalment's due date, or when the loan ends.

    ``number`` is the instalment's; ``due_at`` the instant at which ``due_on`` begins in the shopper's time zone. The
    parts of a loan sum to its ``subsidy_minor``.
    """

    shopper_id: str
    loan_id: str
    number: int
    state: str  # "unearned", "earned", "reversed"
    currency: str
    part_minor: int
    due_on: date
    due_at: datetime
    changed_at: datetime
