"""What a use case reads together."""

from __future__ import annotations

from dataclasses import dataclass

from bnpl_plugin.ports.records import (
    Agreement,
    Attempt,
    CapitalLimit,
    Checkout,
    CoLending,
    Decision,
    Disclosure,
    Hold,
    InstalmentRow,
    Loan,
    Merchant,
    PaymentMethod,
    Sale,
)


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """What bounds and shares new loans of a pool: its active limits and co-lendings, and their version."""

    version: int = 0
    limits: tuple[CapitalLimit, ...] = ()
    co_lendings: tuple[CoLending, ...] = ()


NO_TERMS = PoolTerms()


@dataclass(frozen=True, slots=True)
class Purchase:
    """One checkout with what hangs on it, read together.

    ``attempts`` are newest first. ``pool_id`` is the capital pool that lends in the checkout's currency, if there is
    one, and ``terms`` are that pool's. ``sale`` is the flash sale of the checkout's item, ``policy_state`` what has
    become of the policy that decided. Inside ``confirming`` the ``disclosures`` are left out: they are long, and
    nothing is decided by them there.
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
    terms: PoolTerms = NO_TERMS
    sale: Sale | None = None
    policy_state: str | None = None

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
