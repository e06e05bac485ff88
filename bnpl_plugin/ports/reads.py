"""Lists for the console, the account and the API: straight from SQL, cursor-paged, never used to decide a write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bnpl_plugin.ports.records import CapitalPool, Checkout, Decision, InstalmentRow, Job, Loan, Subsidy


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; ``next_cursor`` is an opaque string, None on the last page."""

    rows: Sequence[Any]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A stored event with its number in the stream."""

    event_id: str
    stream: str
    seq: int
    kind: str
    shopper_id: str
    merchant_id: str
    payload: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A line of the console's or the shopper's list: the loan, its merchant's name and its next open instalment."""

    loan: Loan
    merchant_name: str
    next_instalment: InstalmentRow | None
    paid_instalments: int
    instalments: int


@dataclass(frozen=True, slots=True)
class CreditOutcome:
    """What an approved decision knew, and how its loan went: each instalment's (state, due_at, changed_at)."""

    decided_at: datetime
    inputs: Mapping[str, Any]
    instalments: Sequence[tuple[str, datetime, datetime]]


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting of the ledger as printed: debit positive, credit negative."""

    entry_id: str
    kind: str
    value_date: Any
    booked_at: datetime
    account: str
    owner: str
    amount_minor: int
    currency: str
    provider_claim: str | None


@dataclass(frozen=True, slots=True)
class LentMonth:
    """What was really lent in a month, by the loans' drawdown days; loans undone since are left out."""

    month: date  # its first day
    currency: str
    country: str
    loans: int
    lent_minor: int


@dataclass(frozen=True, slots=True)
class BookStanding:
    """How the loans of a currency stand, in minor units of principal still owed."""

    currency: str
    loans: int
    outstanding_minor: int
    late_minor: Mapping[str, int]  # by days past due: "1-30", "31-60", "61-90", "91+"
    defaulted_minor: int


class Reads(Protocol):
    """Read models. Cursors page by (instant, id), newest first."""

    def loans(
        self, *, merchant_id: str | None = None, state: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page:
        """Return a page of ``LoanRow``, newest first."""
        ...

    def loans_of_shopper(self, shopper_id: str) -> Sequence[LoanRow]:
        """Return all loans of a shopper, newest first."""
        ...

    def loan_id_of_checkout(self, checkout_id: str) -> str | None:
        """Return the loan that a checkout led to."""
        ...

    def checkouts(self, *, merchant_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of a merchant's ``Checkout``, newest first."""
        ...

    def checkout_of_merchant(self, *, merchant_id: str, checkout_id: str) -> Checkout | None:
        """Return a checkout if it is the merchant's own."""
        ...

    def events(self, stream: str) -> Sequence[EventRow]:
        """Return a purchase's events in their order."""
        ...

    def events_of_merchant(self, *, merchant_id: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of a merchant's ``EventRow``, newest first."""
        ...

    def event(self, event_id: str) -> EventRow | None:
        """Return one event."""
        ...

    def postings_of_loan(self, loan_id: str) -> Sequence[PostingRow]:
        """Return a loan's postings as booked."""
        ...

    def pools(self) -> Sequence[CapitalPool]:
        """Return all capital pools."""
        ...

    def subsidies(self, *, merchant_id: str | None = None) -> Sequence[SubsidyRow]:
        """Return budgets for cheaper credit, of one payer or of all, the newest first."""
        ...

    def subsidy(self, subsidy_id: str) -> SubsidyRow | None:
        """Return one budget."""
        ...

    def jobs(self, *, state: str, limit: int = 50) -> Sequence[Job]:
        """Return jobs in a state, newest first."""
        ...

    def reviews(self, *, state: str, cursor: str | None = None, limit: int = 50) -> Page:
        """Return a page of ``Review`` in a state ("open", "closed"), the one due first first."""
        ...

    def decisions_of(self, shopper_id: str) -> Sequence[Decision]:
        """Return a shopper's decisions, newest first."""
        ...

    def lent_by_month(self) -> Sequence[LentMonth]:
        """Return what was lent month by month, oldest first, by currency and country."""
        ...

    def book_standing(self, *, as_of: date) -> Sequence[BookStanding]:
        """Return how the loans still owed stand on a day, by currency."""
        ...

    def income(self) -> Mapping[str, int]:
        """Return what the ledger says was earned less given up and lost, by currency, in minor units."""
        ...

    def figures(self) -> Mapping[str, int]:
        """Return counts for the console: loans by state, open checkouts, ready and dead jobs, unknown attempts."""
        ...


@dataclass(frozen=True, slots=True)
class SubsidyRow:
    """A budget with what stands behind its used sum: what pending holds reserve, loans, and what of those is earned."""

    subsidy: Subsidy
    held_minor: int
    loans: int
    earned_minor: int

    @property
    def granted_minor(self) -> int:
        """What loans have taken."""
        return self.subsidy.used_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken promise, found on the live database. ``promise`` is P1…P10, ``subject`` the row's id."""

    promise: str
    subject: str
    text: str


class Verifier(Protocol):
    """Proves P1–P10 on the live database."""

    def findings(self) -> Sequence[Finding]:
        """Return every broken promise; an empty answer is the proof."""
        ...
