"""Records of one purchase: checkout, hold, payment attempts, loan and instalments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bnpl_plugin.ports.records.record import Json, Record


@dataclass(frozen=True, slots=True)
class Checkout(Record, table="checkout", key=("checkout_id",)):
    """One shopper's session to finance one order.

    ``cart`` is ``Order.to_json()``, ``offer`` the chosen ``Offer.to_json()``.
    """

    checkout_id: str
    merchant_id: str
    order_ref: str
    channel: str  # "embedded" (the host we live in) or "api" (a third-party shop)
    state: str
    country: str
    time_zone: str
    locale: str
    currency: str
    total_minor: int
    cart: Json
    cart_fingerprint: str
    sale_item_id: str | None
    units: int
    return_url: str
    cancel_url: str
    shopper_id: str | None
    offer: Json | None
    decision_id: str | None
    hold_id: str | None
    agreement_id: str | None
    attempt_id: str | None
    loan_id: str | None
    reason: str | None
    opened_at: datetime
    expires_at: datetime
    changed_at: datetime
    device: str | None = None  # the browser that got ready for a flash sale with it


@dataclass(frozen=True, slots=True)
class Hold(Record, table="hold", key=("shopper_id", "hold_id")):
    """The three reservations of one checkout as one two-phase entry: stock units, credit line and capital.

    While it is "reserved" it holds the credit line alone, for a flash sale to come. With a ``sale_id`` its capital is
    out of what that sale has set aside; its id is that of the gate's claim.
    """

    shopper_id: str
    hold_id: str
    checkout_id: str
    state: str
    currency: str
    principal_minor: int
    pool_id: str
    sale_item_id: str | None
    units: int
    funder_id: str | None  # who co-lends, and how much of the principal; the pool holds the rest
    funder_minor: int
    subsidy_id: str | None  # whose budget pays for the cheaper price, and how much
    subsidy_minor: int
    limit_ids: str  # the concentration limits that count it: ",lim_a,lim_b," or ""
    created_at: datetime
    expires_at: datetime
    ceiling_at: datetime
    down_payment_minor: int = 0  # the part of the principal that is paid at signature for what the line does not cover
    sale_id: str | None = None

    @property
    def live(self) -> bool:
        """Whether the credit line bears it."""
        return self.state in ("reserved", "pending")

    @property
    def financed_minor(self) -> int:
        """What counts against the credit line."""
        return self.principal_minor - self.down_payment_minor

    @property
    def own_minor(self) -> int:
        """Our own part of the principal: what the pool holds."""
        return self.principal_minor - self.funder_minor


@dataclass(frozen=True, slots=True)
class Attempt(Record, table="attempt", key=("shopper_id", "attempt_id")):
    """One try to move money at a provider, written before the call.

    ``purpose``: first, setup, instalment, early, refund; mandate (a card stored ahead of a flash sale, nothing taken).

    ``numbers`` in ``details`` lists the instalments that it pays. ``parent_id`` is the attempt that a refund gives
    back.
    """

    shopper_id: str
    attempt_id: str
    checkout_id: str
    loan_id: str | None
    parent_id: str | None
    purpose: str
    provider: str
    state: str
    currency: str
    amount_minor: int
    idempotency_key: str
    provider_ref: str | None
    customer_ref: str | None
    method_ref: str | None
    decline_code: str | None
    next_action: Json | None
    details: Json
    tries: int
    created_at: datetime
    check_at: datetime | None  # when the reconciler should ask the provider; None once the outcome is final
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Loan(Record, table="loan", key=("shopper_id", "loan_id")):
    """What is owed. Outstanding principal is kept here and proved from the ledger (P8)."""

    shopper_id: str
    loan_id: str
    checkout_id: str
    agreement_id: str
    merchant_id: str
    order_ref: str
    pool_id: str
    state: str
    plan_code: str
    country: str
    time_zone: str
    currency: str
    principal_minor: int
    interest_minor: int
    fee_minor: int
    mdr_minor: int  # what the lender kept of the price at drawdown; given back on a full refund
    outstanding_minor: int  # principal still owed
    funder_id: str | None  # who owns a part of it
    funder_minor: int  # the part of outstanding_minor that is the funder's
    subsidy_id: str | None
    subsidy_minor: int  # what a subsidy's budget paid for the cheaper price
    limit_ids: str  # the concentration limits that count it: ",lim_a,lim_b," or ""
    payment_method_id: str | None
    drawdown_on: date
    opened_at: datetime
    changed_at: datetime
    down_payment_minor: int = 0  # the principal of the first instalment, where it covers what the line does not

    @property
    def own_minor(self) -> int:
        """Our own part of the principal still owed: what the pool has outstanding."""
        return self.outstanding_minor - self.funder_minor


@dataclass(frozen=True, slots=True)
class InstalmentRow(Record, table="instalment", key=("shopper_id", "loan_id", "number")):
    """One instalment of a loan. ``due_at`` is the instant at which ``due_on`` begins in the shopper's time zone."""

    shopper_id: str
    loan_id: str
    number: int
    state: str
    due_on: date
    due_at: datetime
    principal_minor: int
    interest_minor: int
    fee_minor: int
    waived_minor: int  # interest and fees dropped by early settlement or refund
    tries: int
    try_at: datetime  # when the collector may next charge it; first ``due_at``, later the retry instant
    remind_at: datetime | None  # when to send the next reminder; None once sent
    attempt_id: str | None
    changed_at: datetime
