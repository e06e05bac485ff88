"""The book by months and by lateness: what was lent, what is owed, what was earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bnpl_plugin.ledger.accounts import CHART, AccountType
from bnpl_plugin.ports.reads import BookStanding, LentMonth
from bnpl_plugin.storage.schema import books, purchases

_OWED = ("active", "defaulted")
_LATE = ("91+", "61-90", "31-60", "1-30")
_RESULT = tuple(a.value for a, facts in CHART.items() if facts.type in (AccountType.INCOME, AccountType.EXPENSE))


def lent_by_month(connection: sa.Connection) -> Sequence[LentMonth]:
    """Return what was lent month by month, oldest first, by currency and country."""
    loan = purchases.loan.c
    year, month = sa.extract("year", loan.drawdown_on), sa.extract("month", loan.drawdown_on)
    found = (
        sa.select(year, month, loan.currency, loan.country, sa.func.count(), sa.func.sum(loan.principal_minor))
        .where(loan.state != "cancelled")
        .group_by(year, month, loan.currency, loan.country)
        .order_by(year, month, loan.currency, loan.country)
    )
    return tuple(
        LentMonth(date(int(in_year), int(in_month), 1), currency, country, int(loans), int(minor))
        for in_year, in_month, currency, country, loans, minor in connection.execute(found)
    )


def book_standing(connection: sa.Connection, *, as_of: date) -> Sequence[BookStanding]:
    """Return how the loans still owed stand on a day, by currency."""
    loan, part = purchases.loan.c, purchases.instalment.c
    oldest = (
        sa.select(part.shopper_id, part.loan_id, sa.func.min(part.due_on).label("due_on"))
        .where(part.state.in_(("overdue", "scheduled", "collecting")), part.due_on < as_of)
        .group_by(part.shopper_id, part.loan_id)
        .subquery()
    )
    bounds = (as_of - timedelta(days=days) for days in (90, 60, 30))
    bucket = sa.case(
        *((oldest.c.due_on < bound, name) for bound, name in zip(bounds, _LATE, strict=False)),
        (oldest.c.due_on.is_not(None), _LATE[-1]),
        else_="",
    )
    mine = sa.and_(oldest.c.shopper_id == loan.shopper_id, oldest.c.loan_id == loan.loan_id)
    found = (
        sa.select(loan.currency, loan.state, bucket, sa.func.count(), sa.func.sum(loan.outstanding_minor))
        .select_from(purchases.loan.outerjoin(oldest, mine))
        .where(loan.state.in_(_OWED))
        .group_by(loan.currency, loan.state, bucket)
    )
    return _standings(connection.execute(found).all())


def _standings(rows: Sequence[Any]) -> Sequence[BookStanding]:
    return tuple(
        BookStanding(
            currency=code,
            loans=sum(int(loans) for currency, _, _, loans, _ in rows if currency == code),
            outstanding_minor=sum(int(minor) for currency, *_, minor in rows if currency == code),
            late_minor={
                name: sum(int(m) for currency, _, late, _, m in rows if (currency, late) == (code, name))
                for name in reversed(_LATE)
            },
            defaulted_minor=sum(int(m) for currency, state, *_, m in rows if (currency, state) == (code, "defaulted")),
        )
        for code in sorted({row[0] for row in rows})
    )


def income(connection: sa.Connection) -> Mapping[str, int]:
    """Return what the ledger says was earned less given up and lost, by currency; income stands in credit, below 0."""
    line = books.posting.c
    found = (
        sa.select(line.currency, sa.func.sum(line.amount_minor))
        .where(line.account.in_(_RESULT))
        .group_by(line.currency)
        .order_by(line.currency)
    )
    return {currency: -int(minor) for currency, minor in connection.execute(found)}
