"""Pools, what bounds them, and who refinances them; sums of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bnpl_plugin.ledger.accounts import CHART, Account, AccountType
from bnpl_plugin.ledger.entries import EntryKind
from bnpl_plugin.ports.records import CapitalPool, Loan, LoanSale
from bnpl_plugin.ports.store.treasury import FunderAccount
from bnpl_plugin.storage.rows import many, one, select_of
from bnpl_plugin.storage.schema import books, capital, purchases

#: What makes up net assets: what the owners put in (exchanged), what was earned, what was spent.
_NET = (
    Account.FX_CLEARING,
    *(a for a, facts in CHART.items() if facts.type in (AccountType.EQUITY, AccountType.INCOME, AccountType.EXPENSE)),
)


def pool(connection: sa.Connection, pool_id: str) -> CapitalPool | None:
    """Return a pool by id."""
    return one(connection, select_of(CapitalPool).where(capital.capital_pool.c.pool_id == pool_id), CapitalPool)


def loans_to_move(
    connection: sa.Connection,
    sale: LoanSale,
    *,
    after: tuple[datetime, str] | None,
    only: Sequence[str],
    limit: int,
) -> Sequence[Loan]:
    """Return the next loans that a sale or buy-back may move, the oldest first."""
    loan = purchases.loan.c
    wanted = select_of(Loan).where(
        loan.pool_id == sale.pool_id, loan.currency == sale.currency, loan.drawdown_on <= sale.value_on
    )
    if sale.direction == "sell":
        free = sa.or_(loan.funder_id.is_(None), loan.funder_id == sale.funder_id, loan.funder_minor == 0)
        wanted = wanted.where(loan.state == "active", free, loan.outstanding_minor > loan.funder_minor)
    else:
        wanted = wanted.where(loan.funder_id == sale.funder_id, loan.funder_minor > 0)
    if only:
        wanted = wanted.where(loan.loan_id.in_(only))
    if after is not None:
        at, last = after
        wanted = wanted.where(sa.or_(loan.opened_at > at, sa.and_(loan.opened_at == at, loan.loan_id > last)))
    return many(connection, wanted.order_by(loan.opened_at, loan.loan_id).limit(limit), Loan)


def _of_entry() -> sa.ColumnElement[bool]:
    head, line = books.journal_entry.c, books.posting.c
    return sa.and_(head.shopper_id == line.shopper_id, head.entry_id == line.entry_id)


def ceded_interest(connection: sa.Connection, loan_id: str, *, funder_id: str) -> tuple[int, int]:
    """Return a funder's interest of a loan so far before servicing, and the servicing."""
    head, line, paid = books.journal_entry.c, books.posting.c, books.posting.alias("paid")
    sums = {
        account: sa.func.coalesce(sa.func.sum(sa.case((line.account == account, line.amount_minor), else_=0)), 0)
        for account in (Account.INTEREST_INCOME, Account.SERVICING_INCOME)
    }
    of_funder = sa.exists().where(
        paid.c.shopper_id == head.shopper_id,
        paid.c.entry_id == head.entry_id,
        paid.c.account == Account.FUNDER_PAYABLE,
        paid.c.owner == funder_id,
    )
    wanted = (
        sa.select(*sums.values())
        .select_from(books.journal_entry.join(books.posting, _of_entry()))
        .where(head.loan_id == loan_id, head.kind == EntryKind.FUNDER_SHARE_COLLECTED, of_funder)
    )
    interest, servicing = connection.execute(wanted).one()
    return int(interest), -int(servicing)


def net_assets_minor(connection: sa.Connection, pool_id: str) -> int:
    """Return a pool's equity plus income less expenses; a loan's are those of the pool that lent it."""
    head, line, loan, own = books.journal_entry.c, books.posting.c, purchases.loan.c, capital.capital_pool.c
    lent = sa.and_(loan.shopper_id == head.shopper_id, loan.loan_id == head.loan_id)
    joined = books.posting.join(books.journal_entry, _of_entry()).outerjoin(purchases.loan, lent)
    in_its_currency = sa.select(own.currency).where(own.pool_id == pool_id).scalar_subquery()
    wanted = (
        sa.select(sa.func.coalesce(-sa.func.sum(line.amount_minor), 0))
        .select_from(joined)
        .where(
            line.account.in_([str(account) for account in _NET]),
            line.currency == in_its_currency,
            sa.func.coalesce(loan.pool_id, line.owner) == pool_id,
        )
    )
    return int(connection.execute(wanted).scalar_one())


def fx_position(connection: sa.Connection, pool_id: str) -> Mapping[str, int]:
    """Return the balance of a pool's exchanges by currency."""
    line = books.posting.c
    sums = (
        sa.select(line.currency, sa.func.sum(line.amount_minor))
        .where(line.account == Account.FX_CLEARING, line.owner == pool_id)
        .group_by(line.currency)
        .order_by(line.currency)
    )
    return {currency: int(minor) for currency, minor in connection.execute(sums)}


def funder_accounts(connection: sa.Connection, funder_id: str | None) -> Sequence[FunderAccount]:
    """Return the accounts with funders, by funder and currency."""
    line, loan, paid = books.posting.c, purchases.loan.c, capital.remittance.c
    owed = (
        sa.select(line.owner, line.currency, -sa.func.sum(line.amount_minor))
        .where(line.account == Account.FUNDER_PAYABLE, sa.true() if funder_id is None else line.owner == funder_id)
        .group_by(line.owner, line.currency)
    )
    owned = (
        sa.select(loan.funder_id, loan.currency, sa.func.sum(loan.funder_minor))
        .where(loan.funder_id.is_not(None) if funder_id is None else loan.funder_id == funder_id)
        .group_by(loan.funder_id, loan.currency)
    )
    made = (
        sa.select(paid.funder_id, paid.currency, sa.func.max(paid.number))
        .where(sa.true() if funder_id is None else paid.funder_id == funder_id)
        .group_by(paid.funder_id, paid.currency)
    )
    # numbers first: a remittance made between two of these statements must clash by its number, never pass unseen
    numbers, owes, owns = (
        {(str(who), str(currency)): int(minor) for who, currency, minor in connection.execute(wanted)}
        for wanted in (made, owed, owned)
    )
    keys = sorted({*owes, *owns, *numbers})
    return tuple(FunderAccount(*key, owes.get(key, 0), owns.get(key, 0), numbers.get(key, 0)) for key in keys)
