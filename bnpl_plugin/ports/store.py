"""One way to write.

A use case decides, hands over one frozen ``Changeset``, and the store writes it whole or not at all.

PostgreSQL writes a changeset as one statement (one function call), SQLite as a few inside ``BEGIN IMMEDIATE``. Both
work through the sections in the same order, hot rows last, so that writers never lock in opposite orders. Guards are
part of the write; a guard that fails raises the ``GuardFailed`` subclass that names it, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bnpl_plugin.ledger.journal import JournalEntry
from bnpl_plugin.ports.records import (
    Agreement,
    ApiKey,
    Attempt,
    CapitalPool,
    Checkout,
    CreditLine,
    Decision,
    Disclosure,
    Hold,
    Idempotency,
    InstalmentRow,
    Job,
    Loan,
    Merchant,
    PaymentMethod,
    Person,
    PhoneCode,
    Record,
    SaleItem,
)


@dataclass(frozen=True, slots=True)
class Move:
    """A guarded change of one row: found by ``key``, refused (guard ``state``) unless its state is one of ``sources``.

    ``set`` names the columns to change, usually with the new ``state``. ``expect`` are further column values that
    must still hold. An empty ``sources`` puts no condition on the state.
    """

    table: str
    key: Mapping[str, Any]
    sources: tuple[str, ...]
    set: Mapping[str, Any]
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineChange:
    """Change a credit line's sums.

    A rise of drawn + held is refused (``credit_line``) beyond the limit or if not open.
    """

    shopper_id: str
    currency: str
    held_minor: int = 0
    drawn_minor: int = 0


@dataclass(frozen=True, slots=True)
class UnitsChange:
    """Move units of a sale item; the four changes sum to zero.

    A fall of ``free`` below zero is refused (``sale_item``); the shopper's own count is ``held + sold`` and is refused
    (``units_per_shopper``) above the item's allowance.
    """

    sale_item_id: str
    shopper_id: str
    free: int = 0
    held: int = 0
    sold: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class PoolChange:
    """Change a pool's sums. A rise of held + outstanding is refused (``capital_pool``) beyond what is available."""

    pool_id: str
    held_minor: int = 0
    outstanding_minor: int = 0
    available_minor: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a purchase.

    ``stream`` is the checkout id (a loan's events go on in its checkout's stream).

    The store numbers events within a stream from 1. ``deliver`` says that the merchant's webhook is owed this event;
    the store then writes the ``deliver`` job in the same commit. ``payload`` holds ids and sums only, never personal
    data.
    """

    event_id: str
    stream: str
    kind: str  # past tense, dotted: checkout.opened, loan.booked, instalment.paid …
    shopper_id: str
    merchant_id: str
    payload: Mapping[str, Any]
    at: datetime
    deliver: bool = False


@dataclass(frozen=True, slots=True)
class Changeset:
    """Everything that one use case writes, in the order in which it is written."""

    moves: tuple[Move, ...] = ()
    rows: tuple[Record, ...] = ()
    entries: tuple[JournalEntry, ...] = ()
    events: tuple[Event, ...] = ()
    lines: tuple[LineChange, ...] = ()
    units: tuple[UnitsChange, ...] = ()
    pools: tuple[PoolChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Purchase:
    """One checkout with what hangs on it, read together.

    ``attempts`` are newest first. ``pool_id`` is the capital pool that lends in the checkout's currency, if there is
    one. Inside ``confirming`` the ``disclosures`` are left out: they are long, and nothing is decided by them there.
    """

    checkout: Checkout
    merchant: Merchant
    decision: Decision | None
    hold: Hold | None
    agreement: Agreement | None
    loan: Loan | None
    attempts: tuple[Attempt, ...]
    disclosures: tuple[Disclosure, ...]
    pool_id: str | None = None

    @property
    def attempt(self) -> Attempt | None:
        """The checkout's present payment attempt (its ``attempt_id``)."""
        return next((a for a in self.attempts if a.attempt_id == self.checkout.attempt_id), None)


@dataclass(frozen=True, slots=True)
class LoanBook:
    """One loan with its instalments (by number), attempts (newest first) and saved card."""

    loan: Loan
    instalments: tuple[InstalmentRow, ...]
    attempts: tuple[Attempt, ...]
    method: PaymentMethod | None
    checkout: Checkout


@dataclass(frozen=True, slots=True)
class History:
    """What the book says of a shopper when a decision is made."""

    open_loans: int
    instalments_in_arrears: int
    decisions_last_day: int
    loans_settled: int
    other_currency_open: bool


class Confirming(Protocol):
    """One ``confirm`` under way: of several at once, only one can write.

    Where a host's session takes part, and on SQLite, it is an open transaction with the checkout row locked. On our own
    PostgreSQL the writing statement takes the lock, and its guards refuse what is no longer as it was read.
    """

    purchase: Purchase
    session: Any  # the host's fresh session in host mode, else None

    def write(self, changeset: Changeset) -> None:
        """Write once; it is committed when the block ends without an exception, and a refusal is raised by then."""
        ...


class Store(Protocol):
    """Writes changesets and answers the reads that use cases need. Every method is one short transaction of its own."""

    def write(self, changeset: Changeset) -> None:
        """Write a changeset and commit. Raises ``GuardFailed`` (subclass by guard), ``HostTransactionOpen``."""
        ...

    def write_on(self, session: Any, changeset: Changeset) -> None:
        """Write on the host's own session, leaving the commit to the host (``checkout.open_checkout``)."""
        ...

    def confirming(self, checkout_id: str) -> AbstractContextManager[Confirming]:
        """Read a purchase in order to finish it, so that nobody else can (in host mode on a fresh host session).

        Commits at the end of the block; any exception rolls back. Raises ``CheckoutNotFound``.
        """
        ...

    # reads -----------------------------------------------------------------------------------------------------------
    def purchase(self, checkout_id: str) -> Purchase | None:
        """Return a checkout with what hangs on it."""
        ...

    def checkouts_of_order(self, *, merchant_id: str, order_ref: str) -> Sequence[Checkout]:
        """Return the checkouts ever opened for an order, newest first."""
        ...

    def loan_book(self, loan_id: str) -> LoanBook | None:
        """Return a loan with its instalments, attempts and card."""
        ...

    def merchant(self, merchant_id: str) -> Merchant | None:
        """Return a merchant."""
        ...

    def merchant_by_key(self, key_hash: str) -> Merchant | None:
        """Return the merchant whose key this is, unless it is revoked."""
        ...

    def api_keys(self, merchant_id: str) -> Sequence[ApiKey]:
        """Return a merchant's keys, oldest first."""
        ...

    def person(self, shopper_id: str) -> Person | None:
        """Return a shopper's personal data, sealed."""
        ...

    def person_by_phone(self, phone_hash: str) -> Person | None:
        """Return the shopper with a phone."""
        ...

    def phone_code(self, purpose_ref: str) -> PhoneCode | None:
        """Return the newest code sent for a purpose."""
        ...

    def phone_codes_since(self, *, phone_hash: str, since: datetime) -> int:
        """Return how many codes went to a phone from an instant on."""
        ...

    def line(self, *, shopper_id: str, currency: str) -> CreditLine | None:
        """Return a shopper's line in a currency."""
        ...

    def history(self, *, shopper_id: str, currency: str, now: datetime) -> History:
        """Return what the book says of a shopper."""
        ...

    def pool(self, currency: str) -> CapitalPool | None:
        """Return the pool that lends in a currency."""
        ...

    def sale_item(self, sale_item_id: str) -> SaleItem | None:
        """Return a sale item."""
        ...

    def method(self, *, shopper_id: str, payment_method_id: str) -> PaymentMethod | None:
        """Return one of a shopper's cards."""
        ...

    def methods(self, shopper_id: str) -> Sequence[PaymentMethod]:
        """Return a shopper's cards, newest first."""
        ...

    def attempt(self, attempt_id: str) -> Attempt | None:
        """Return an attempt."""
        ...

    def attempt_by_ref(self, *, provider: str, provider_ref: str) -> Attempt | None:
        """Return the newest attempt with a provider's reference."""
        ...

    def idempotency(self, *, owner: str, idempotency_key: str) -> Idempotency | None:
        """Return what is recorded under a caller's key."""
        ...

    # the worker's queues: each returns at most ``limit`` rows, oldest first -------------------------------------------
    def claim_jobs(
        self, *, now: datetime, lease_until: datetime, limit: int, kinds: Collection[str] = (), stream: str = ""
    ) -> Sequence[Job]:
        """Lease ready jobs whose ``run_at`` has come and that nobody leases (``UPDATE … RETURNING``; tries + 1).

        Of these ``kinds`` only, or of all; of one ``stream``, or of all. A ``deliver`` job is passed over while an
        older undelivered one of its stream exists.
        """
        ...

    def expired_holds(self, *, now: datetime, limit: int) -> Sequence[Hold]:
        """Return pending holds whose time is over."""
        ...

    def expired_checkouts(self, *, now: datetime, limit: int) -> Sequence[Checkout]:
        """Return checkouts whose time is over and that can still expire."""
        ...

    def attempts_to_check(self, *, now: datetime, limit: int) -> Sequence[Attempt]:
        """Attempts whose ``check_at`` has come (sent, pending, unknown; or authorised with an unfinished checkout)."""
        ...

    def instalments_to_charge(self, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
        """Instalments scheduled or overdue whose ``try_at`` has come, of active or defaulted loans."""
        ...

    def instalments_to_remind(self, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
        """Return instalments whose reminder is due."""
        ...

    def loans_overdue(self, *, since: datetime, limit: int) -> Sequence[Loan]:
        """Active loans with an overdue instalment that was due at ``since`` or before."""
        ...


#: Tables whose rows ``Move`` may change; all others are append-only.
MUTABLE = frozenset(
    {
        "merchant", "api_key", "person", "phone_code", "checkout", "hold", "attempt", "loan", "instalment", "job",
        "idempotency", "credit_line", "sale_item",
    }
)  # fmt: skip
