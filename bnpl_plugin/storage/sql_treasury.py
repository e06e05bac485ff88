"""The treasury of ``ports.store``, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa

from bnpl_plugin.ports.records import (
    Borrowing,
    CapitalLimit,
    CapitalPool,
    CoLending,
    Funder,
    Loan,
    LoanSale,
    Record,
)
from bnpl_plugin.ports.store import Changeset, Event
from bnpl_plugin.ports.store.treasury import FunderAccount
from bnpl_plugin.storage.reads.lending import capital as reads
from bnpl_plugin.storage.refusals import our_errors
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import capital
from bnpl_plugin.storage.transactions import write_by_dialect
from bnpl_plugin.storage.writing.limits import open_limit

R = TypeVar("R", bound=Record)
_Connections = Callable[[], AbstractContextManager[sa.Connection]]

#: How old net assets may be where they are asked for often.
_RECENT = timedelta(minutes=10)


class SqlTreasury:
    """Reads the lender's money.

    Args:
        reading: gives a connection for one read.
        writing: gives a connection in a writing transaction that commits at its end.
    """

    def __init__(self, reading: _Connections, *, writing: _Connections) -> None:
        self._reading = reading
        self._writing = writing
        self._net_assets: dict[str, tuple[datetime, int]] = {}

    def _one(self, record: type[R], where: sa.ColumnElement[bool]) -> R | None:
        with self._reading() as connection:
            return one(connection, select_of(record).where(where), record)

    def _many(self, record: type[R], where: sa.ColumnElement[bool], *order: sa.ColumnElement[object]) -> Sequence[R]:
        with self._reading() as connection:
            return many(connection, select_of(record).where(where).order_by(*order), record)

    def pool(self, pool_id: str) -> CapitalPool | None:
        """Return a pool."""
        return self._one(CapitalPool, capital.capital_pool.c.pool_id == pool_id)

    def limits(self, pool_id: str) -> Sequence[CapitalLimit]:
        """Return a pool's limits of concentration, the active ones first."""
        c = capital.capital_limit.c
        return self._many(CapitalLimit, c.pool_id == pool_id, c.state, c.scope, c.subject, c.limit_id)

    def limit(self, limit_id: str) -> CapitalLimit | None:
        """Return a limit of concentration."""
        return self._one(CapitalLimit, capital.capital_limit.c.limit_id == limit_id)

    def open_limit(self, limit: CapitalLimit, *, told: Event) -> CapitalLimit:
        """Write a new limit that counts what is held and lent already; see ``writing.limits``."""
        with our_errors(), self._writing() as connection:
            opened = open_limit(connection, limit)
            write_by_dialect(connection, Changeset(events=(told,)))
            return opened

    def funder(self, funder_id: str) -> Funder | None:
        """Return a funder."""
        return self._one(Funder, capital.funder.c.funder_id == funder_id)

    def funders(self) -> Sequence[Funder]:
        """Return all funders, by name."""
        return self._many(Funder, sa.true(), capital.funder.c.name, capital.funder.c.funder_id)

    def borrowing(self, borrowing_id: str) -> Borrowing | None:
        """Return a borrowing."""
        return self._one(Borrowing, capital.borrowing.c.borrowing_id == borrowing_id)

    def borrowings(self, pool_id: str) -> Sequence[Borrowing]:
        """Return a pool's borrowings, the open ones first."""
        c = capital.borrowing.c
        return self._many(Borrowing, c.pool_id == pool_id, c.state, c.due_on, c.borrowing_id)

    def borrowings_to_accrue(self, *, before: date, limit: int) -> Sequence[Borrowing]:
        """Return open borrowings whose interest was last reckoned before a day, the oldest first."""
        c = capital.borrowing.c
        due = select_of(Borrowing).where(c.state == "open", c.accrued_to < before)
        with self._reading() as connection:
            return many(connection, due.order_by(c.accrued_to, c.borrowing_id).limit(limit), Borrowing)

    def co_lending(self, co_lending_id: str) -> CoLending | None:
        """Return a co-lending."""
        return self._one(CoLending, capital.co_lending.c.co_lending_id == co_lending_id)

    def co_lendings(self, pool_id: str) -> Sequence[CoLending]:
        """Return a pool's co-lendings, the active ones first."""
        c = capital.co_lending.c
        return self._many(CoLending, c.pool_id == pool_id, c.state, c.starts_at, c.co_lending_id)

    def loan_sale(self, loan_sale_id: str) -> LoanSale | None:
        """Return a sale or buy-back of loans."""
        return self._one(LoanSale, capital.loan_sale.c.loan_sale_id == loan_sale_id)

    def loan_sales(self, *, limit: int = 20) -> Sequence[LoanSale]:
        """Return the newest sales and buy-backs."""
        c = capital.loan_sale.c
        newest = select_of(LoanSale).order_by(c.created_at.desc(), c.loan_sale_id.desc()).limit(limit)
        with self._reading() as connection:
            return many(connection, newest, LoanSale)

    def loans_to_move(
        self, sale: LoanSale, *, after: tuple[datetime, str] | None, only: Sequence[str], limit: int
    ) -> Sequence[Loan]:
        """Return the next loans that a sale or buy-back may move."""
        with self._reading() as connection:
            return reads.loans_to_move(connection, sale, after=after, only=only, limit=limit)

    def ceded_interest(self, loan_id: str, *, funder_id: str) -> tuple[int, int]:
        """Return a funder's interest of a loan so far before servicing, and the servicing."""
        with self._reading() as connection:
            return reads.ceded_interest(connection, loan_id, funder_id=funder_id)

    def net_assets_minor(self, pool_id: str) -> int:
        """Return a pool's equity plus income less expenses, in its currency."""
        with self._reading() as connection:
            return reads.net_assets_minor(connection, pool_id)

    def recent_net_assets_minor(self, pool_id: str, *, now: datetime) -> int:
        """Return the same as some minutes ago at most."""
        known = self._net_assets.get(pool_id)
        if known is None or not known[0] <= now < known[0] + _RECENT:
            known = self._net_assets[pool_id] = (now, self.net_assets_minor(pool_id))
        return known[1]

    def fx_position(self, pool_id: str) -> Mapping[str, int]:
        """Return the balance of a pool's exchanges by currency."""
        with self._reading() as connection:
            return reads.fx_position(connection, pool_id)

    def funder_accounts(self, funder_id: str | None = None) -> Sequence[FunderAccount]:
        """Return the accounts with all funders or one, by currency."""
        with self._reading() as connection:
            return reads.funder_accounts(connection, funder_id)
