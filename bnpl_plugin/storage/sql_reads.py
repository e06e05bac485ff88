"""The read models of ``ports.reads``, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import sqlalchemy as sa

from bnpl_plugin.ports.reads import BookStanding, EventRow, LentMonth, LoanRow, Page, PostingRow, SubsidyRow
from bnpl_plugin.ports.records import CapitalPool, Checkout, Decision, Job
from bnpl_plugin.storage.reads import months, pages
from bnpl_plugin.storage.reads.lending import reviews, subsidies
from bnpl_plugin.storage.refusals import our_errors


class SqlReads:
    """Lists for the console, the account and the API.

    Args:
        engine: of ``build_engine``.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with our_errors(), self._engine.connect() as connection:
            yield connection

    def loans(
        self, *, merchant_id: str | None = None, state: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page:
        """Return a page of ``LoanRow``, newest first."""
        with self._reading() as connection:
            return pages.loans(connection, merchant_id=merchant_id, state=state, cursor=cursor, limit=limit)

    def loans_of_shopper(self, shopper_id: str) -> Sequence[LoanRow]:
        """Return all loans of a shopper, newest first."""
        with self._reading() as connection:
            return pages.loans_of_shopper(connection, shopper_id)

    def loan_id_of_checkout(self, checkout_id: str) -> str | None:
        """Return the loan that a checkout led to."""
        with self._reading() as connection:
            return pages.loan_id_of_checkout(connection, checkout_id)

    def checkouts(self, *, merchant_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of a merchant's ``Checkout``, newest first."""
        with self._reading() as connection:
            return pages.checkouts(connection, merchant_id=merchant_id, cursor=cursor, limit=limit)

    def checkout_of_merchant(self, *, merchant_id: str, checkout_id: str) -> Checkout | None:
        """Return a checkout if it is the merchant's own."""
        with self._reading() as connection:
            return pages.checkout_of_merchant(connection, merchant_id=merchant_id, checkout_id=checkout_id)

    def events(self, stream: str) -> Sequence[EventRow]:
        """Return a purchase's events in their order."""
        with self._reading() as connection:
            return pages.events(connection, stream)

    def events_of_merchant(self, *, merchant_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of a merchant's ``EventRow``, newest first."""
        with self._reading() as connection:
            return pages.events_of_merchant(connection, merchant_id=merchant_id, cursor=cursor, limit=limit)

    def event(self, event_id: str) -> EventRow | None:
        """Return one event."""
        with self._reading() as connection:
            return pages.event(connection, event_id)

    def postings_of_loan(self, loan_id: str) -> Sequence[PostingRow]:
        """Return a loan's postings as booked."""
        with self._reading() as connection:
            return pages.postings_of_loan(connection, loan_id)

    def pools(self) -> Sequence[CapitalPool]:
        """Return all capital pools."""
        with self._reading() as connection:
            return pages.pools(connection)

    def subsidies(self, *, merchant_id: str | None = None) -> Sequence[SubsidyRow]:
        """Return budgets for cheaper credit, the newest first."""
        with self._reading() as connection:
            return subsidies.listed(connection, merchant_id=merchant_id)

    def subsidy(self, subsidy_id: str) -> SubsidyRow | None:
        """Return one budget."""
        with self._reading() as connection:
            return next(iter(subsidies.listed(connection, subsidy_id=subsidy_id)), None)

    def jobs(self, *, state: str, limit: int = 50) -> Sequence[Job]:
        """Return jobs in a state, newest first."""
        with self._reading() as connection:
            return pages.jobs(connection, state=state, limit=limit)

    def reviews(self, *, state: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of ``Review`` in a state, the one due first first."""
        with self._reading() as connection:
            return reviews.reviews(connection, state=state, cursor=cursor, limit=limit)

    def decisions_of(self, shopper_id: str) -> Sequence[Decision]:
        """Return a shopper's decisions, newest first."""
        with self._reading() as connection:
            return reviews.decisions_of(connection, shopper_id)

    def lent_by_month(self) -> Sequence[LentMonth]:
        """Return what was lent month by month, oldest first, by currency and country."""
        with self._reading() as connection:
            return months.lent_by_month(connection)

    def book_standing(self, *, as_of: date) -> Sequence[BookStanding]:
        """Return how the loans still owed stand on a day, by currency."""
        with self._reading() as connection:
            return months.book_standing(connection, as_of=as_of)

    def income(self) -> Mapping[str, int]:
        """Return what the ledger says was earned less given up and lost, by currency."""
        with self._reading() as connection:
            return months.income(connection)

    def figures(self) -> Mapping[str, int]:
        """Return counts: ``loans_<state>``, ``checkouts_open``, ``jobs_ready``, ``jobs_dead``, ``attempts_unknown``."""
        with self._reading() as connection:
            return pages.figures(connection)
