"""One frozen record for each table.

The field names are the column names, and storage derives its tables' rows from them.

Units last in a name: ``_minor`` ISO 4217 minor units, ``_bps`` hundredths of a percent, ``_at`` an aware UTC instant,
``_on`` a calendar date in the shopper's time zone. Records of a shopper carry ``shopper_id`` first, the first column
of their key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

Json = Mapping[str, Any]


class Record:
    """Base of all records; ``table`` is the table's name without the prefix ``bnpl_``, ``key`` its primary key."""

    __slots__ = ()
    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, *, table: str = "", key: tuple[str, ...] = ()) -> None:
        """Keep the table's name and key; ``slots=True`` makes each class twice, the second time without them."""
        if table:
            cls.table, cls.key = table, key


@dataclass(frozen=True, slots=True)
class Merchant(Record, table="merchant", key=("merchant_id",)):
    """A shop that is owed prices. ``mdr_bps`` is the share of a price that the lender keeps."""

    merchant_id: str
    name: str
    mdr_bps: int
    webhook_url: str | None
    webhook_secret: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey(Record, table="api_key", key=("key_hash",)):
    """A merchant's secret for the API, kept only as a SHA-256 of the key."""

    key_hash: str
    merchant_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person(Record, table="person", key=("shopper_id",)):
    """The only row with personal data: ``sealed`` is encrypted; ``phone_hash`` is a keyed hash of the E.164 number."""

    shopper_id: str
    phone_hash: str
    sealed: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PhoneCode(Record, table="phone_code", key=("phone_code_id",)):
    """A one-time code sent to a phone for one checkout or sign-in (``purpose_ref``); ``code_hash`` is keyed."""

    phone_code_id: str
    purpose_ref: str
    phone_hash: str
    sealed_phone: str
    code_hash: str
    tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


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


@dataclass(frozen=True, slots=True)
class Decision(Record, table="decision", key=("shopper_id", "decision_id")):
    """A recorded credit decision: its inputs, the policy that made it, and its reason codes."""

    shopper_id: str
    decision_id: str
    checkout_id: str | None
    policy_version: str
    outcome: str  # "approved", "declined", "referred"
    rating: str
    currency: str
    limit_minor: int
    inputs: Json
    reasons: Json  # {"codes": [...]}
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class CreditLine(Record, table="credit_line", key=("shopper_id", "currency")):
    """A shopper's revolving room: ``drawn_minor + held_minor <= limit_minor``. At most one open per shopper."""

    shopper_id: str
    currency: str
    state: str  # "open", "frozen", "closed"
    limit_minor: int
    drawn_minor: int
    held_minor: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CapitalPool(Record, table="capital_pool", key=("pool_id",)):
    """The lender's money in one currency: ``outstanding_minor + held_minor <= available_minor``."""

    pool_id: str
    currency: str
    available_minor: int
    held_minor: int
    outstanding_minor: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SaleItem(Record, table="sale_item", key=("sale_item_id",)):
    """Units that a host handed over for a sale: ``free + held + sold + returned = total``."""

    sale_item_id: str
    merchant_id: str
    sku: str
    name: str
    total_units: int
    free_units: int
    held_units: int
    sold_units: int
    returned_units: int
    units_per_shopper: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SaleClaim(Record, table="sale_claim", key=("sale_item_id", "shopper_id")):
    """How many units of a sale item one shopper holds or bought; never above ``units_per_shopper``."""

    sale_item_id: str
    shopper_id: str
    units: int


@dataclass(frozen=True, slots=True)
class Hold(Record, table="hold", key=("shopper_id", "hold_id")):
    """The three reservations of one checkout as one two-phase entry: stock units, credit line and capital."""

    shopper_id: str
    hold_id: str
    checkout_id: str
    state: str
    currency: str
    principal_minor: int
    pool_id: str
    sale_item_id: str | None
    units: int
    created_at: datetime
    expires_at: datetime
    ceiling_at: datetime


@dataclass(frozen=True, slots=True)
class Disclosure(Record, table="disclosure", key=("shopper_id", "disclosure_id")):
    """Proof that a document was shown: its body, hash, language, instant and medium."""

    shopper_id: str
    disclosure_id: str
    checkout_id: str
    kind: str
    locale: str
    sha256: str
    body: Json
    medium: str
    shown_at: datetime


@dataclass(frozen=True, slots=True)
class Agreement(Record, table="agreement", key=("shopper_id", "agreement_id")):
    """What was signed, frozen: ``sha256`` is over the canonical JSON of ``body``, which names no person."""

    shopper_id: str
    agreement_id: str
    checkout_id: str
    plan_code: str
    plan_version: int
    country: str
    sha256: str
    body: Json
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentMethod(Record, table="payment_method", key=("shopper_id", "payment_method_id")):
    """A card saved with the shopper's recorded mandate, as the provider's opaque references."""

    shopper_id: str
    payment_method_id: str
    provider: str
    customer_ref: str | None
    method_ref: str
    label: str
    mandate: Json
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt(Record, table="attempt", key=("shopper_id", "attempt_id")):
    """One try to move money at a provider, written before the call.

    ``purpose``: first, setup, instalment, early, refund.

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
    payment_method_id: str | None
    drawdown_on: date
    opened_at: datetime
    changed_at: datetime


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


@dataclass(frozen=True, slots=True)
class OrderClaim(Record, table="order_claim", key=("merchant_id", "order_ref")):
    """Uniqueness of a merchant's order reference among confirmed checkouts (P6)."""

    merchant_id: str
    order_ref: str
    checkout_id: str


@dataclass(frozen=True, slots=True)
class Job(Record, table="job", key=("job_id",)):
    """Work promised in the same commit as the change that calls for it; claimed with a lease, retried with a delay.

    Kinds: capture, void, refund, host_confirm, host_refused, provider_event, deliver, notify. ``stream`` orders
    ``deliver`` jobs.
    """

    job_id: str
    kind: str
    stream: str
    payload: Json
    state: str  # "ready", "done", "dead"
    run_at: datetime
    lease_until: datetime | None
    tries: int
    last_error: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderEvent(Record, table="provider_event", key=("provider", "event_id")):
    """A provider's webhook as received: verified, stored once, acted on by the worker."""

    provider: str
    event_id: str
    kind: str
    provider_ref: str | None
    body: Json
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Idempotency(Record, table="idempotency", key=("owner", "idempotency_key")):
    """The recorded answer of one money-moving POST, or the step that it reached."""

    owner: str
    idempotency_key: str
    request_hash: str
    state: str  # "running", "done"
    resource_id: str
    status: int | None
    body: Json | None
    lease_until: datetime
    created_at: datetime
