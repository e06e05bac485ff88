"""The store of ``ports.store``, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bnpl_plugin.errors import HostTransactionOpen, StorageUnavailable
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
    Subsidy,
)
from bnpl_plugin.ports.store import Changeset, Confirming, History, LoanBook, Purchase
from bnpl_plugin.ports.store.lines import Lines
from bnpl_plugin.ports.store.sales import Sales
from bnpl_plugin.ports.store.treasury import Treasury
from bnpl_plugin.storage.engine import require_real_transactions
from bnpl_plugin.storage.reads import lookups, purchases, queues
from bnpl_plugin.storage.reads.lending import policies
from bnpl_plugin.storage.reads.lending.lines import SqlLines
from bnpl_plugin.storage.refusals import is_busy, our_errors
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.sql_lending import SqlLendingReads
from bnpl_plugin.storage.sql_sales import SqlSales
from bnpl_plugin.storage.sql_treasury import SqlTreasury
from bnpl_plugin.storage.transactions import (
    WRITE_OPTIONS,
    confirming_by_guards,
    confirming_on_engine,
    confirming_on_host,
    refuse_inside_confirm,
    write_by_dialect,
)
from bnpl_plugin.storage.writing import portable, postgres

#: How often a write is tried again after a deadlock or a serialisation failure; each try is a whole transaction.
_TRIES = 5


class SqlStore(SqlLendingReads):
    """Writes changesets and answers the use cases' reads.

    Args:
        engine: of ``build_engine``: the house's own short transactions.
        host_sessions: host mode: makes a fresh session of the host's, on the same database, for each ``confirm``.
        host_session_open: host mode: whether the host's present session is in a transaction (our writes: refused).
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        host_sessions: Callable[[], Session] | None = None,
        host_session_open: Callable[[], bool] | None = None,
    ) -> None:
        self.engine = engine
        self._host_sessions = host_sessions
        self._host_session_open = host_session_open
        self._no_subsidy = {}
        # one statement is its own transaction on PostgreSQL: no round trips for BEGIN and COMMIT
        self.lines: Lines = SqlLines(self._reading)
        self._single = engine.execution_options(isolation_level="AUTOCOMMIT") if self._on_postgresql else engine
        self.sales: Sales = SqlSales(self._reading, writing=self._writing_alone)
        self.treasury: Treasury = SqlTreasury(self._reading, writing=self._writing_alone)

    @property
    def _on_postgresql(self) -> bool:
        return self.engine.dialect.name == POSTGRESQL

    # writes ----------------------------------------------------------------------------------------------------------
    def write(self, changeset: Changeset) -> None:
        """Write a changeset and commit. Raises ``GuardFailed`` (subclass by guard), ``HostTransactionOpen``."""
        self._refuse_if_not_free()
        try:
            self._write_whole(changeset)
        finally:
            if any(isinstance(row, Subsidy) for row in changeset.rows) or any(
                m.table == Subsidy.table for m in changeset.moves
            ):
                self._no_subsidy.clear()

    def _write_whole(self, changeset: Changeset) -> None:
        for turn in range(1, _TRIES + 1):
            try:
                self._write_once(changeset)
            except StorageUnavailable as error:
                if turn == _TRIES or not is_busy(error):
                    raise
            else:
                return

    def _write_once(self, changeset: Changeset) -> None:
        with our_errors():
            if self._on_postgresql:
                with self._single.connect() as connection:
                    postgres.write(connection, changeset)
            else:
                with self._writing() as connection:
                    portable.write(connection, changeset)

    def write_on(self, session: Any, changeset: Changeset) -> None:
        """Write on the host's own session, leaving the commit to the host."""
        with our_errors():
            connection = session.connection()
            require_real_transactions(connection)
            write_by_dialect(connection, changeset)

    def confirming(self, checkout_id: str) -> AbstractContextManager[Confirming]:
        """Open a fresh transaction (in host mode a fresh host session), lock the checkout, read its purchase.

        Commits at the end of the block; any exception rolls back. Raises ``CheckoutNotFound``.
        """
        self._refuse_if_not_free()
        if self._host_sessions is not None:
            return confirming_on_host(self._host_sessions, checkout_id)
        if self._on_postgresql:
            return confirming_by_guards(self._single, checkout_id)
        return confirming_on_engine(self.engine, checkout_id)

    def _refuse_if_not_free(self) -> None:
        refuse_inside_confirm()
        if self._host_session_open is not None and self._host_session_open():
            raise HostTransactionOpen("commit or roll back the host's session first")

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self.engine.connect().execution_options(**WRITE_OPTIONS) as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing_alone(self) -> Iterator[sa.Connection]:
        self._refuse_if_not_free()
        with self._writing() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with our_errors(), self._single.connect() as connection:
            yield connection

    # reads -----------------------------------------------------------------------------------------------------------
    def purchase(self, checkout_id: str) -> Purchase | None:
        """Return a checkout with what hangs on it."""
        with self._reading() as connection:
            return purchases.purchase(connection, checkout_id)

    def checkouts_of_order(self, *, merchant_id: str, order_ref: str) -> Sequence[Checkout]:
        """Return the checkouts ever opened for an order, newest first."""
        with self._reading() as connection:
            return lookups.checkouts_of_order(connection, merchant_id=merchant_id, order_ref=order_ref)

    def loan_book(self, loan_id: str) -> LoanBook | None:
        """Return a loan with its instalments, attempts and card."""
        with self._reading() as connection:
            return purchases.loan_book(connection, loan_id)

    def merchant(self, merchant_id: str) -> Merchant | None:
        """Return a merchant."""
        with self._reading() as connection:
            return lookups.merchant(connection, merchant_id)

    def merchant_by_key(self, key_hash: str) -> Merchant | None:
        """Return the merchant whose key this is, unless it is revoked."""
        with self._reading() as connection:
            return lookups.merchant_by_key(connection, key_hash)

    def api_keys(self, merchant_id: str) -> Sequence[ApiKey]:
        """Return a merchant's keys, oldest first."""
        with self._reading() as connection:
            return lookups.api_keys(connection, merchant_id)

    def person(self, shopper_id: str) -> Person | None:
        """Return a shopper's personal data, sealed."""
        with self._reading() as connection:
            return lookups.person(connection, shopper_id)

    def person_by_phone(self, phone_hash: str) -> Person | None:
        """Return the shopper with a phone."""
        with self._reading() as connection:
            return lookups.person_by_phone(connection, phone_hash)

    def phone_code(self, purpose_ref: str) -> PhoneCode | None:
        """Return the newest code sent for a purpose."""
        with self._reading() as connection:
            return lookups.phone_code(connection, purpose_ref)

    def phone_codes_since(self, *, phone_hash: str, since: datetime) -> int:
        """Return how many codes went to a phone from an instant on."""
        with self._reading() as connection:
            return lookups.phone_codes_since(connection, phone_hash=phone_hash, since=since)

    def line(self, *, shopper_id: str, currency: str) -> CreditLine | None:
        """Return a shopper's line in a currency."""
        with self._reading() as connection:
            return lookups.line(connection, shopper_id=shopper_id, currency=currency)

    def history(self, *, shopper_id: str, currency: str, now: datetime) -> History:
        """Return what the book says of a shopper."""
        with self._reading() as connection:
            return lookups.history(connection, shopper_id=shopper_id, currency=currency, now=now)

    def policy_roles(self) -> Sequence[PolicyVersion]:
        """Return the champion and the challenger, without their bodies (``body`` is empty)."""
        with self._reading() as connection:
            return policies.roles(connection)

    def policy_version(self, version: str) -> PolicyVersion | None:
        """Return a policy."""
        with self._reading() as connection:
            return policies.version(connection, version)

    def policy_state(self, version: str) -> str | None:
        """Return a policy's state."""
        with self._reading() as connection:
            return policies.state(connection, version)

    def enquiry(self, *, shopper_id: str, source: str) -> Enquiry | None:
        """Return the newest answered enquiry about a shopper at a source."""
        with self._reading() as connection:
            return policies.enquiry(connection, shopper_id=shopper_id, source=source)

    def policies(self) -> Sequence[PolicyVersion]:
        """Return every policy, the newest first."""
        with self._reading() as connection:
            return policies.versions(connection)

    def decisions(
        self, *, policy_version: str | None = None, decision_id: str | None = None, since: datetime | None = None
    ) -> Iterator[Decision]:
        """Yield decisions, a shopper's together, in chunks."""
        with our_errors(), self.engine.connect() as connection:
            yield from policies.decisions(
                connection, policy_version=policy_version, decision_id=decision_id, since=since
            )

    def outcomes(self, *, until: datetime) -> Iterator[CreditOutcome]:
        """Yield how approved credit went, in chunks."""
        with our_errors(), self.engine.connect() as connection:
            yield from policies.outcomes(connection, until=until)

    def decided(self, *, since: datetime, until: datetime) -> Sequence[tuple[str, str, str, str, bool, int]]:
        """Count decisions by version, arm, outcome, rating and whether their loan is in arrears."""
        with self._reading() as connection:
            return policies.decided(connection, since=since, until=until)

    def pool(self, currency: str, *, country: str = "") -> CapitalPool | None:
        """Return the pool that lends in a currency and country."""
        with self._reading() as connection:
            return lookups.pool(connection, currency, country=country)

    def sale_item(self, sale_item_id: str) -> SaleItem | None:
        """Return a sale item."""
        with self._reading() as connection:
            return lookups.sale_item(connection, sale_item_id)

    def method(self, *, shopper_id: str, payment_method_id: str) -> PaymentMethod | None:
        """Return one of a shopper's cards."""
        with self._reading() as connection:
            return lookups.method(connection, shopper_id=shopper_id, payment_method_id=payment_method_id)

    def methods(self, shopper_id: str) -> Sequence[PaymentMethod]:
        """Return a shopper's cards, newest first."""
        with self._reading() as connection:
            return lookups.methods(connection, shopper_id)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """Return an attempt."""
        with self._reading() as connection:
            return lookups.attempt(connection, attempt_id)

    def attempt_by_ref(self, *, provider: str, provider_ref: str) -> Attempt | None:
        """Return the newest attempt with a provider's reference."""
        with self._reading() as connection:
            return lookups.attempt_by_ref(connection, provider=provider, provider_ref=provider_ref)

    def idempotency(self, *, owner: str, idempotency_key: str) -> Idempotency | None:
        """Return what is recorded under a caller's key."""
        with self._reading() as connection:
            return lookups.idempotency(connection, owner=owner, idempotency_key=idempotency_key)

    # the worker's queues ---------------------------------------------------------------------------------------------
    def claim_jobs(
        self, *, now: datetime, lease_until: datetime, limit: int, kinds: Collection[str] = (), stream: str = ""
    ) -> Sequence[Job]:
        """Lease ready jobs; see ``queues.claim_jobs``."""
        self._refuse_if_not_free()
        with our_errors(), self._writing() as connection:
            return queues.claim_jobs(
                connection, now=now, lease_until=lease_until, limit=limit, kinds=kinds, stream=stream
            )

    def expired_holds(self, *, now: datetime, limit: int) -> Sequence[Hold]:
        """Return pending holds whose time is over."""
        with self._reading() as connection:
            return queues.expired_holds(connection, now=now, limit=limit)

    def expired_checkouts(self, *, now: datetime, limit: int) -> Sequence[Checkout]:
        """Return checkouts whose time is over and that can still expire."""
        with self._reading() as connection:
            return queues.expired_checkouts(connection, now=now, limit=limit)

    def attempts_to_check(self, *, now: datetime, limit: int) -> Sequence[Attempt]:
        """Return attempts whose ``check_at`` has come."""
        with self._reading() as connection:
            return queues.attempts_to_check(connection, now=now, limit=limit)

    def instalments_to_charge(self, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
        """Return instalments that may be charged now."""
        with self._reading() as connection:
            return queues.instalments_to_charge(connection, now=now, limit=limit)

    def instalments_to_remind(self, *, now: datetime, limit: int) -> Sequence[InstalmentRow]:
        """Return instalments whose reminder is due."""
        with self._reading() as connection:
            return queues.instalments_to_remind(connection, now=now, limit=limit)

    def loans_overdue(self, *, since: datetime, limit: int) -> Sequence[Loan]:
        """Return active loans that have been overdue since then."""
        with self._reading() as connection:
            return queues.loans_overdue(connection, since=since, limit=limit)
