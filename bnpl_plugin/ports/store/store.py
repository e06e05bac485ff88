"""The two protocols: one ``confirm`` under way, and the store itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from bnpl_plugin.ports.reads import CreditOutcome
from bnpl_plugin.ports.records import (
    ApiKey,
    Attempt,
    CapitalPool,
    Checkout,
    CreditLine,
    Decision,
    Enquiry,
    Hold,
    Idempotency,
    InstalmentRow,
    Job,
    Loan,
    Merchant,
    PaymentMethod,
    Person,
    PhoneCode,
    PolicyVersion,
    SaleItem,
)
from bnpl_plugin.ports.store.changes import Changeset
from bnpl_plugin.ports.store.lending import LendingReads
from bnpl_plugin.ports.store.lines import Lines
from bnpl_plugin.ports.store.sales import Sales
from bnpl_plugin.ports.store.treasury import Treasury
from bnpl_plugin.ports.store.views import History, LoanBook, Purchase


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


class Store(LendingReads, Protocol):
    """Writes changesets and answers the reads that use cases need. Every method is one short transaction of its own."""

    lines: Lines
    treasury: Treasury
    sales: Sales

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

    def policy_roles(self) -> Sequence[PolicyVersion]:
        """Return the champion and the challenger, without their bodies (``body`` is empty)."""
        ...

    def policy_version(self, version: str) -> PolicyVersion | None:
        """Return a policy."""
        ...

    def policy_state(self, version: str) -> str | None:
        """Return a policy's state: one keyed read."""
        ...

    def enquiry(self, *, shopper_id: str, source: str) -> Enquiry | None:
        """Return the newest answered enquiry about a shopper at a source."""
        ...

    def policies(self) -> Sequence[PolicyVersion]:
        """Return every policy, the newest first."""
        ...

    def decisions(
        self, *, policy_version: str | None = None, decision_id: str | None = None, since: datetime | None = None
    ) -> Iterator[Decision]:
        """Yield decisions, a shopper's together, in chunks: a year of them never has to fit into memory."""
        ...

    def outcomes(self, *, until: datetime) -> Iterator[CreditOutcome]:
        """Yield how credit approved up to an instant went, in chunks."""
        ...

    def decided(self, *, since: datetime, until: datetime) -> Sequence[tuple[str, str, str, str, bool, int]]:
        """Count decisions by version, arm, outcome, rating and whether their loan is in arrears."""
        ...

    def pool(self, currency: str, *, country: str = "") -> CapitalPool | None:
        """Return the pool that lends in a currency and country: the country's own, else the currency's."""
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
