"""Lateness: a loan whose oldest open instalment is too many days past due is in default; it is still owed."""

from __future__ import annotations

from datetime import timedelta

from bnpl_plugin.credit.servicing.arrears import days_past_due
from bnpl_plugin.credit.states import LOAN
from bnpl_plugin.errors import StateMoved
from bnpl_plugin.lifecycle import collection, owing
from bnpl_plugin.lifecycle.house import House, values
from bnpl_plugin.ports.store import Changeset, LoanBook, Move


def default_late(house: House, *, limit: int) -> int:
    """Mark loans that are ``BNPL_DEFAULT_AFTER_DAYS`` past due as defaulted, once; returns how many."""
    since = house.clock.now() - timedelta(days=house.settings.default_after_days)
    made = 0
    for loan in house.store.loans_overdue(since=since, limit=limit):
        book = house.store.loan_book(loan.loan_id)
        if book is not None and _late_days(house, book) >= house.settings.default_after_days:
            made += _default(house, book)
    return made


def _late_days(house: House, book: LoanBook) -> int:
    still_open = [owing.agreed(row) for row in book.instalments if row.state in collection.OPEN]
    return days_past_due(still_open, as_of=house.today(book.loan.time_zone))


def _default(house: House, book: LoanBook) -> int:
    loan = book.loan
    move = Move(
        table="loan",
        key=values(shopper_id=loan.shopper_id, loan_id=loan.loan_id),
        sources=("active",),
        set=values(state=LOAN.advance("active", "default"), changed_at=house.clock.now()),
    )
    told = house.event(  # not delivered: the shopper's lateness is not the shop's business
        "loan.defaulted", book.checkout, loan_id=loan.loan_id, outstanding_minor=loan.outstanding_minor
    )
    try:
        house.commit(Changeset(moves=(move,), events=(told,)))
    except StateMoved:  # paid in this very moment, or another worker was first
        return 0
    return 1
