"""What the use cases of the lender's own money ask of the store, and the one write that no changeset can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bnpl_plugin.ports.records import Borrowing, CapitalLimit, CapitalPool, CoLending, Funder, Loan, LoanSale
from bnpl_plugin.ports.store.changes import Event


@dataclass(frozen=True, slots=True)
class FunderAccount:
    """The running account with a funder: what we owe it (above 0) or it owes us, and what it owns of our loans."""

    funder_id: str
    currency: str
    owed_minor: int
    owned_minor: int
    remittances: int


class Treasury(Protocol):
    """Reads of the lender's money. Sums are read from the ledger where it says so: not for a hot path."""

    def pool(self, pool_id: str) -> CapitalPool | None:
        """Return a pool."""
        ...

    def limits(self, pool_id: str) -> Sequence[CapitalLimit]:
        """Return a pool's limits of concentration, the active ones first."""
        ...

    def limit(self, limit_id: str) -> CapitalLimit | None:
        """Return a limit of concentration."""
        ...

    def open_limit(self, limit: CapitalLimit, *, told: Event) -> CapitalLimit:
        """Write a new limit that counts what is held and lent already, exactly, beside running writers.

        Returns it with what it counts. Raises ``StateMoved`` when the subject has an active limit.
        """
        ...

    def funder(self, funder_id: str) -> Funder | None:
        """Return a funder."""
        ...

    def funders(self) -> Sequence[Funder]:
        """Return all funders, by name."""
        ...

    def borrowing(self, borrowing_id: str) -> Borrowing | None:
        """Return a borrowing."""
        ...

    def borrowings(self, pool_id: str) -> Sequence[Borrowing]:
        """Return a pool's borrowings, the open ones first."""
        ...

    def borrowings_to_accrue(self, *, before: date, limit: int) -> Sequence[Borrowing]:
        """Return open borrowings whose interest was last reckoned before a day, the oldest first."""
        ...

    def co_lending(self, co_lending_id: str) -> CoLending | None:
        """Return a co-lending."""
        ...

    def co_lendings(self, pool_id: str) -> Sequence[CoLending]:
        """Return a pool's co-lendings, the active ones first."""
        ...

    def loan_sale(self, loan_sale_id: str) -> LoanSale | None:
        """Return a sale or buy-back of loans."""
        ...

    def loan_sales(self, *, limit: int = 20) -> Sequence[LoanSale]:
        """Return the newest sales and buy-backs."""
        ...

    def loans_to_move(
        self, sale: LoanSale, *, after: tuple[datetime, str] | None, only: Sequence[str], limit: int
    ) -> Sequence[Loan]:
        """Return the next loans that a sale or buy-back may move, the oldest first; of ``only`` these, if any."""
        ...

    def ceded_interest(self, loan_id: str, *, funder_id: str) -> tuple[int, int]:
        """Return a funder's interest of a loan so far before servicing, and the servicing (from the ledger)."""
        ...

    def net_assets_minor(self, pool_id: str) -> int:
        """Return a pool's equity, exchanged, plus income less expenses, in its currency (from the ledger)."""
        ...

    def recent_net_assets_minor(self, pool_id: str, *, now: datetime) -> int:
        """Return the same as some minutes ago at most: for what is asked often."""
        ...

    def fx_position(self, pool_id: str) -> Mapping[str, int]:
        """Return what a pool has exchanged, by currency: above 0 given away, below 0 got (from the ledger)."""
        ...

    def funder_accounts(self, funder_id: str | None = None) -> Sequence[FunderAccount]:
        """Return the accounts with all funders or one, by currency (from the ledger)."""
        ...
